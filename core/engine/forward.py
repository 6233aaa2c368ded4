"""The fast way through GPT-2: one walk for captures, prompts and batches of sequences.

The walk goes through the model's own weights (never a second copy) and differs
from transformers' forward only in what it leaves out: no mask where none is
needed, no logits but the last, no copies of keys and values. transformers'
own forward is the oracle in the tests and the way out (`PlainStepper`) for
models whose blocks are not plain GPT-2.

Words: a *row* is one token of one sequence in the walk. Shapes: L layers,
n rows, E = n_embd, H heads, d = d_head, T tokens.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
import torch.nn.functional as F
from transformers import DynamicCache
from transformers.models.gpt2.modeling_gpt2 import GPT2Block

from core.engine.gemm import Products

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

#: Keys and values of a sequence are kept in pens of 64, 128, 256 ... tokens.
SMALLEST_PEN = 64
#: Rows read at a time while others wait: the longest that a short prompt waits for a long text.
CHUNK = 128
#: And while nobody waits: long enough for full speed, short enough for whoever comes next.
ALONE = 256
#: Seconds that choosing the products may take in all.
MEASURING = 8.0


def _device(module: torch.nn.Module) -> torch.device:
    """Where a block computes; with accelerate's hooks, not where its weights lie."""
    hook = getattr(module, "_hf_hook", None)
    where = getattr(hook, "execution_device", None)
    if where is not None:
        return torch.device("cuda", where) if isinstance(where, int) else torch.device(where)
    return next(module.parameters()).device


def is_plain(loaded: LoadedModel) -> bool:
    """Whether every block is GPT-2's own, so that the walk below is the whole model."""
    config = loaded.model.config
    return not config.add_cross_attention and all(
        type(block) is GPT2Block for block in loaded.model.transformer.h
    )


# --- the walk -------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Layer:
    """One block's tensors, looked up once: attribute look-ups cost as much as small products."""

    ln_1: tuple[torch.Tensor, torch.Tensor]
    c_attn: tuple[torch.Tensor, torch.Tensor]
    attn_proj: tuple[torch.Tensor, torch.Tensor]
    ln_2: tuple[torch.Tensor, torch.Tensor]
    c_fc: tuple[torch.Tensor, torch.Tensor]
    mlp_proj: tuple[torch.Tensor, torch.Tensor]


class Walk:
    """Carries rows of the residual stream through all blocks.

    With the weights in float32 on the processor the products are chosen by
    measurement (`fast`); anywhere else each step goes through the model's own
    modules, which works for GPUs, other dtypes and weights that accelerate
    fetches from disk.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        body = loaded.model.transformer
        self.body, self.blocks = body, list(body.h)
        self.n_layer, self.n_embd = loaded.shape.n_layer, loaded.shape.n_embd
        self.n_head, self.d_head = loaded.shape.n_head, loaded.shape.d_head
        self.scaling: list[Any] = [block.attn.scaling for block in self.blocks]
        self.dtype = loaded.model.dtype
        # Tanh-approximated GELU: one kernel instead of transformers' eight steps.
        self.tanh_gelu = loaded.model.config.activation_function in {
            "gelu_new",
            "gelu_pytorch_tanh",
        }
        self.products = Products()
        self.fast = self._resident()
        self.layers = [self._layer(block) for block in self.blocks] if self.fast else []
        self.devices = (
            [torch.device("cpu")] * self.n_layer
            if self.fast
            else [_device(block) for block in self.blocks]
        )

    def _resident(self) -> bool:
        model = self.loaded.model
        plain = all(
            p.device.type == "cpu" and p.dtype == torch.float32 and p.is_contiguous()
            for p in model.parameters()
        )
        hooked = any(
            getattr(getattr(m, "_hf_hook", None), "offload", False) for m in model.modules()
        )
        return plain and not hooked

    @staticmethod
    def _layer(block: Any) -> _Layer:
        pairs = (
            block.ln_1,
            block.attn.c_attn,
            block.attn.c_proj,
            block.ln_2,
            block.mlp.c_fc,
            block.mlp.c_proj,
        )
        return _Layer(*((m.weight.data, m.bias.data) for m in pairs))

    def measure(self) -> Iterator[None]:
        """Choose the products for this machine; some seconds, in small steps.

        A second time adds to what the first one found: the least time of each way counts.
        """
        if not self.fast:
            return
        names = ("c_attn", "attn_proj", "c_fc", "mlp_proj")
        weights = [[getattr(layer, name) for layer in self.layers[:6]] for name in names]
        head, spent = self.body.wte.weight.data, 0.0
        for rows in Products.ROWS:
            trials = [self.products.measure(some, rows) for some in weights]
            if rows in Products.HEAD_ROWS:
                trials.append(self.products.measure_head(head, rows))
            for trial in trials:
                while spent < MEASURING:  # a machine at work tells little about itself: give up
                    begin = time.perf_counter()
                    if next(trial, trial) is trial:
                        break
                    spent += time.perf_counter() - begin
                    yield

    def embed(self, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Token plus position vectors. Shapes (n,), (n,) -> (n, E)."""
        if self.fast:
            body = self.body
            return F.embedding(ids, body.wte.weight).add_(F.embedding(positions, body.wpe.weight))
        where = self.loaded.device
        token = self.body.wte(ids.to(where))
        return token + self.body.wpe(positions.to(where)).to(token.device)

    def through(
        self,
        x: torch.Tensor,
        attend: Callable[[int, torch.Tensor], torch.Tensor],
        out: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Rows through all blocks.

        Parameters
        ----------
        x : shape (n, E)
        attend : (layer, packed q, k, v of shape (n, 3 E)) -> heads' outputs (n, E)
        out : shape (L + 1, n, E), on the processor; filled with the rows before each block
            and after the last

        Returns
        -------
        shape (n, E), before `ln_f`

        References
        ----------
        Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.3.
        """
        return (self._fast if self.fast else self._modules)(x, attend, out)

    def _fast(self, x, attend, out):
        shape, product = (self.n_embd,), self.products
        eps = self.blocks[0].ln_1.eps
        if out is not None:
            x = out[0].copy_(x)
        for index, layer in enumerate(self.layers):
            qkv = product(F.layer_norm(x, shape, *layer.ln_1, eps), *layer.c_attn)
            x = product(attend(index, qkv), *layer.attn_proj).add_(x)
            m = product(F.layer_norm(x, shape, *layer.ln_2, eps), *layer.c_fc, self.tanh_gelu)
            if not self.tanh_gelu:
                m = self.blocks[index].mlp.act(m)
            m = product(m, *layer.mlp_proj)
            # Where the rows are kept they are made in their place: memory is fresh only once.
            x = m.add_(x) if out is None else torch.add(m, x, out=out[index + 1])
        return x

    def _modules(self, x, attend, out):
        for index, block in enumerate(self.blocks):
            x = x.to(self.devices[index])
            if out is not None:
                out[index] = x
            z = attend(index, block.attn.c_attn(block.ln_1(x)))
            x = x + block.attn.c_proj(z).to(x.device)
            m = block.mlp.c_fc(block.ln_2(x))
            m = F.gelu(m, approximate="tanh") if self.tanh_gelu else block.mlp.act(m)
            x = x + block.mlp.c_proj(m).to(x.device)
        if out is not None:
            out[-1] = x
        return x

    def logits(self, x: torch.Tensor) -> torch.Tensor:
        """The head. Shape (n, E) -> (n, V), float32 on the processor: the step's one wait."""
        if self.fast:
            ln_f = self.body.ln_f
            x = F.layer_norm(x, (self.n_embd,), ln_f.weight, ln_f.bias, ln_f.eps)
            return self.products.head(x, self.loaded.model.lm_head.weight)
        x = self.body.ln_f(x.to(_device(self.body.ln_f)))
        return self.loaded.model.lm_head(x).to("cpu", torch.float32)

    def attend_one(self, layer: int, q: torch.Tensor, kv: torch.Tensor) -> torch.Tensor:
        """One query over all keys: three small products beat the fused kernel's start-up.

        Parameters
        ----------
        q : shape (E,)
        kv : shape (T, 2 E), keys, then values

        Returns
        -------
        shape (1, E)
        """
        k, v = kv.view(-1, 2, self.n_head, self.d_head).unbind(1)  # (T, H, d) each
        q = q.view(self.n_head, 1, self.d_head)
        # Scaling inside the product: a Python number times a tensor is converted first.
        scores = torch.baddbmm(q[..., :1], q, k.permute(1, 2, 0), beta=0, alpha=self.scaling[layer])
        return torch.bmm(scores.softmax(-1), v.transpose(0, 1)).view(1, -1)

    def everywhere(self, tensor: torch.Tensor) -> dict[torch.device, torch.Tensor]:
        """A small tensor on each device that has layers."""
        # By the name that a tensor there has: "mps" was asked for, "mps:0" is what it says.
        return {there.device: there for there in map(tensor.to, dict.fromkeys(self.devices))}

    def heads(self, packed: torch.Tensor) -> torch.Tensor:
        """(..., T, E) -> (..., H, T, d), a view."""
        return packed.unflatten(-1, (self.n_head, self.d_head)).transpose(-2, -3)


# --- one sequence, many tokens: captures and prompts -----------------------------------------


@dataclass(frozen=True, eq=False)
class Past:
    """A text that was read: what a capture shows and what a continuation needs.

    Attributes
    ----------
    ids : length T
    resid : shape (L + 1, T, E), float32, read-only, on the processor
    logits : shape (V,), float32, read-only; at the last position
    kv : L tensors of shape (T, 2 E): keys, then values, on each layer's device
    """

    ids: tuple[int, ...]
    resid: np.ndarray
    logits: np.ndarray
    kv: tuple[torch.Tensor, ...]

    @property
    def n_bytes(self) -> int:
        return self.resid.nbytes + self.logits.nbytes + sum(t.nbytes for t in self.kv)


def common_prefix(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """How many tokens two texts share at the start."""
    n = min(len(a), len(b))
    if a[:n] == b[:n]:
        return n
    return next(i for i in range(n) if a[i] != b[i])


def read(
    walk: Walk,
    ids: tuple[int, ...],
    before: Past | None = None,
    chunk: Callable[[], int] = lambda: ALONE,
) -> Iterator[Past | None]:
    """Read a text, starting where an earlier one already went.

    Parameters
    ----------
    ids : the text; at least one token
    before : a text that shares a prefix; its rows are copied instead of computed
    chunk : asked before each piece how many rows to read in one go

    Yields
    ------
    None after each piece but the last, then the `Past`.
    """
    n, n_layer, n_embd = len(ids), walk.n_layer, walk.n_embd
    # The last row is always computed: its logits are not kept for every position.
    start = min(common_prefix(ids, before.ids), n - 1) if before is not None else 0
    resid = torch.empty(n_layer + 1, n, n_embd)
    kv = tuple(
        torch.empty(n, 2 * n_embd, dtype=walk.dtype, device=device) for device in walk.devices
    )
    if before is not None and start:
        resid.numpy()[:, :start] = before.resid[:, :start]  # read-only: not for torch
        for mine, theirs in zip(kv, before.kv, strict=True):
            mine[:start] = theirs[:start]
    token_ids = torch.tensor(ids)
    while True:
        end = min(n, start + max(1, chunk()))
        rows = slice(start, end)
        mask = None
        if start and end - start > 1:
            mask = walk.everywhere(torch.ones(end - start, end, dtype=torch.bool).tril(start))

        def attend(
            layer: int,
            qkv: torch.Tensor,
            rows: slice = rows,
            mask: dict[torch.device, torch.Tensor] | None = mask,
        ) -> torch.Tensor:
            kv[layer][rows] = qkv[:, n_embd:]
            seen = kv[layer][: rows.stop]
            z = F.scaled_dot_product_attention(
                walk.heads(qkv[:, :n_embd])[None],
                walk.heads(seen[:, :n_embd])[None],
                walk.heads(seen[:, n_embd:])[None],
                attn_mask=None if mask is None else mask[qkv.device],
                is_causal=rows.start == 0,
                scale=walk.scaling[layer],
            )
            return z[0].transpose(0, 1).reshape(-1, n_embd)

        embedded = walk.embed(token_ids[rows], torch.arange(start, end))
        x = walk.through(embedded, attend, resid[:, rows])
        start = end
        if start == n:
            break
        yield None
    logits = walk.logits(x[-1:])[0].numpy()
    kept = resid.numpy()
    logits.flags.writeable = kept.flags.writeable = False
    yield Past(ids, kept, logits, kv)


# --- many sequences, one token each ----------------------------------------------------------


class Seat:
    """A sequence's place in a stepper."""

    __slots__ = ("at", "cache", "length", "pen")

    def __init__(self, length: int) -> None:
        self.length = length  # tokens read so far
        self.pen: int = 0  # capacity of its pen
        self.at: int = 0  # its row in the pen
        self.cache: Any = None  # the plain stepper's


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Zeros, not garbage: masked keys still meet a product, and 0 x NaN is NaN."""
    if device.type == "cpu" and dtype == torch.float32:
        # NumPy's come from the system page by page as they are touched; torch.zeros writes them
        # all, which for the room of those that may still come takes longer than a step.
        return torch.from_numpy(np.zeros(shape, np.float32))
    return torch.zeros(shape, dtype=dtype, device=device)


class _Pen:
    """Keys and values of the sequences of up to `capacity` tokens, packed row by row."""

    def __init__(self, walk: Walk, capacity: int) -> None:
        self.walk, self.capacity = walk, capacity
        self.seats: list[Seat] = []
        self.kv: list[torch.Tensor] = []
        self._room = 0

    def _resize(self, room: int) -> None:
        n = min(len(self.seats), room)
        made = []
        for layer, device in enumerate(self.walk.devices):
            new = _zeros((room, self.capacity, 2 * self.walk.n_embd), self.walk.dtype, device)
            if n:
                new[:n] = self.kv[layer][:n]
            made.append(new)
        self.kv, self._room = made, room  # only once all of it is there

    @property
    def n_bytes(self) -> int:
        return sum(t.nbytes for t in self.kv)

    def add(self, seat: Seat, kv: Sequence[torch.Tensor], coming: int = 0) -> None:
        """Seat a sequence, and make room for those that come; a failure changes nothing."""
        if len(self.seats) == self._room:
            self._resize(max(2 * self._room, self._room + 1 + coming))
        at = len(self.seats)
        for mine, theirs in zip(self.kv, kv, strict=True):
            mine[at, : seat.length] = theirs[: seat.length]
        self.seats.append(seat)
        seat.pen, seat.at = self.capacity, at

    def remove(self, at: int) -> None:
        """Empty a place; the last sequence moves into it."""
        last = self.seats.pop()
        if at < len(self.seats):
            for layer in self.kv:
                layer[at, : last.length] = layer[last.at, : last.length]
            self.seats[at] = last
            last.at = at

    def tidy(self) -> None:
        """Give back what many that left do not need any more."""
        if self._room > 4 and len(self.seats) <= self._room // 4:
            self._resize(2 * len(self.seats))

    def look(self, seat: Seat) -> list[torch.Tensor]:
        """A sequence's keys and values, not copied: L tensors of shape (length, 2 E)."""
        return [layer[seat.at, : seat.length] for layer in self.kv]


class Stepper:
    """Sequences that generate together: each step reads one token of every one.

    Different lengths, join and leave at any step. A sequence's logits depend on
    who sits beside it only by the rounding of products of another size: within
    1e-4 of the largest logit (the tests hold 1e-5 on small random models).
    """

    def __init__(self, walk: Walk) -> None:
        self.walk = walk
        self.pens: dict[int, _Pen] = {}

    @property
    def n_bytes(self) -> int:
        """Bytes of keys and values held."""
        return sum(pen.n_bytes for pen in self.pens.values())

    def bytes_for(self, length: int) -> int:
        """Bytes that a sequence of this length takes."""
        item = torch.empty(0, dtype=self.walk.dtype).element_size()
        return self._capacity(length) * 2 * self.walk.n_embd * self.walk.n_layer * item

    def _capacity(self, length: int) -> int:
        return max(SMALLEST_PEN, 1 << (length - 1).bit_length())

    def join(self, past: Past, coming: int = 0) -> Seat:
        """Take a sequence in.

        Parameters
        ----------
        past : the text that it continues
        coming : how many that need as much room are about to follow
        """
        seat = Seat(len(past.ids))
        self._pen(seat.length + 1).add(seat, past.kv, coming)
        return seat

    def leave(self, seat: Seat) -> None:
        """Give a sequence's memory back."""
        self._remove(seat.pen, seat.at)

    def _remove(self, capacity: int, at: int) -> None:
        pen = self.pens[capacity]
        pen.remove(at)
        if not pen.seats:
            del self.pens[capacity]

    def _pen(self, length: int) -> _Pen:
        capacity = self._capacity(length)
        if capacity not in self.pens:
            self.pens[capacity] = _Pen(self.walk, capacity)
        return self.pens[capacity]

    def park(self, seat: Seat) -> list[torch.Tensor]:
        """Take a sequence out and hand its keys and values to the caller."""
        kv = [t.clone() for t in self.pens[seat.pen].look(seat)]
        self.leave(seat)
        return kv

    def resume(self, seat: Seat, kv: Sequence[torch.Tensor]) -> None:
        """Take a parked sequence in again."""
        self._pen(seat.length + 1).add(seat, kv)

    def _grow(self, seat: Seat) -> None:
        """Move a sequence that has outgrown its pen to a roomier one."""
        pen, at = seat.pen, seat.at
        self._pen(seat.length + 1).add(seat, self.pens[pen].look(seat))
        self._remove(pen, at)

    def step(self, rows: list[tuple[Seat, int]]) -> torch.Tensor:
        """Read one token of every sequence.

        Parameters
        ----------
        rows : each seated sequence with its next token. Sequences that sit but
            are not named are left as they are.

        Returns
        -------
        shape (len(rows), V), float32 on the processor; `rows`' order

        Notes
        -----
        A step that raises changes nothing: lengths are moved on at the end, and
        what was written beyond them is written again.
        """
        walk, n_embd = self.walk, self.walk.n_embd
        for seat, _token in rows:
            if seat.length + 1 > seat.pen:
                self._grow(seat)
        for pen in self.pens.values():
            pen.tidy()
        token_of = {id(seat): token for seat, token in rows}
        groups = []  # (pen, its rows in x, and what `_plan` says of them)
        order: list[Seat] = []
        for pen in self.pens.values():
            here = [seat for seat in pen.seats if id(seat) in token_of]
            if not here:
                continue
            groups.append((pen, slice(len(order), len(order) + len(here)), *self._plan(pen, here)))
            order.extend(here)
        ids = torch.tensor([token_of[id(seat)] for seat in order])
        positions = torch.tensor([seat.length for seat in order])

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            parts = []
            for pen, span, at, who, flat, mask, longest in groups:
                kv = pen.kv[layer]
                rows_here = qkv[span]
                n = rows_here.shape[0]
                if n == 1:
                    mine = kv[at]
                    mine[longest - 1] = rows_here[0, n_embd:]
                    parts.append(walk.attend_one(layer, rows_here[0, :n_embd], mine[:longest]))
                    continue
                kv.view(-1, 2 * n_embd).index_copy_(0, flat[kv.device], rows_here[:, n_embd:])
                seen = kv[:n, :longest] if who is None else kv[who[kv.device], :longest]
                z = F.scaled_dot_product_attention(
                    rows_here[:, :n_embd].view(n, walk.n_head, 1, walk.d_head),
                    walk.heads(seen[..., :n_embd]),
                    walk.heads(seen[..., n_embd:]),
                    attn_mask=None if mask is None else mask[kv.device],
                    scale=walk.scaling[layer],
                )
                parts.append(z.reshape(n, n_embd))
            return parts[0] if len(parts) == 1 else torch.cat(parts)

        x = walk.through(walk.embed(ids, positions), attend)
        if [id(s) for s in order] != [id(s) for s, _t in rows]:
            # In the caller's order before the head: its output is sixty times as wide.
            place = {id(seat): at for at, seat in enumerate(order)}
            x = x[[place[id(seat)] for seat, _token in rows]]
        logits = walk.logits(x)
        for seat in order:
            seat.length += 1
        return logits

    def room(self, seat: Seat) -> int:
        """Tokens that a sequence can be given before its pen or the context is full."""
        return min(seat.pen, self.walk.loaded.shape.n_ctx) - seat.length

    def read_on(self, seat: Seat, tokens: Sequence[int]) -> torch.Tensor:
        """Read several tokens of one sequence, some of which are only guessed.

        Parameters
        ----------
        tokens : at most `room(seat)`

        Returns
        -------
        shape (len(tokens), V), float32 on the processor; the logits after each token

        Notes
        -----
        The sequence's length stays what it was: the caller adds to `seat.length` as many
        tokens as turned out right. What was written beyond them is written again.
        """
        walk, n_embd, start = self.walk, self.walk.n_embd, seat.length
        stop, pen = start + len(tokens), self.pens[seat.pen]
        if len(tokens) > self.room(seat):
            raise ValueError(f"{len(tokens)} tokens, but room for {self.room(seat)}")
        mask = walk.everywhere(torch.ones(len(tokens), stop, dtype=torch.bool).tril(start))

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            seen = pen.kv[layer][seat.at, :stop]
            seen[start:] = qkv[:, n_embd:]
            z = F.scaled_dot_product_attention(
                walk.heads(qkv[:, :n_embd])[None],
                walk.heads(seen[:, :n_embd])[None],
                walk.heads(seen[:, n_embd:])[None],
                attn_mask=mask[qkv.device],
                scale=walk.scaling[layer],
            )
            return z[0].transpose(0, 1).reshape(-1, n_embd)

        embedded = walk.embed(torch.tensor(tokens), torch.arange(start, stop))
        return walk.logits(walk.through(embedded, attend))

    def _plan(self, pen: _Pen, here: list[Seat]):
        """Where a pen's sequences sit, are written, what is masked, how far to look.

        Each step sends these to a device once, not with every layer: a copy out of the main
        memory is waited for.
        """
        walk, lengths = self.walk, [seat.length for seat in here]
        longest, at = max(lengths) + 1, here[0].at
        if len(here) == 1:
            return at, None, None, None, longest
        who = None
        if len(here) < len(pen.seats):
            who = walk.everywhere(torch.tensor([seat.at for seat in here]))
        flat = torch.tensor([seat.at * pen.capacity + seat.length for seat in here])
        mask = None
        if min(lengths) + 1 < longest:
            seen = torch.arange(longest)[None] <= torch.tensor(lengths)[:, None]
            mask = torch.zeros(seen.shape, dtype=walk.dtype).masked_fill_(~seen, -math.inf)
            mask = walk.everywhere(mask[:, None, None])  # (n, 1, query = 1, key)
        return at, who, walk.everywhere(flat), mask, longest


# --- the way out: transformers' own forward --------------------------------------------------


class PlainStepper:
    """The same sequences through transformers' forward and DynamicCache, one after the other."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self._seats: list[Seat] = []

    @property
    def n_bytes(self) -> int:
        return sum(self.bytes_for(seat.length) for seat in self._seats)

    def bytes_for(self, length: int) -> int:
        shape = self.loaded.shape
        item = torch.empty(0, dtype=self.loaded.model.dtype).element_size()
        return length * 2 * shape.n_embd * shape.n_layer * item

    def start(self, ids: tuple[int, ...]) -> tuple[Seat, np.ndarray]:
        """Read a prompt; the last position's logits, shape (V,)."""
        seat = Seat(0)
        seat.cache = DynamicCache()
        logits = self._advance(seat, ids)
        self._seats.append(seat)
        return seat, logits.numpy()

    def leave(self, seat: Seat) -> None:
        self._seats.remove(seat)
        seat.cache = None

    def park(self, seat: Seat) -> Any:
        """Nothing moves: each sequence has a cache of its own."""
        return None

    def resume(self, seat: Seat, kv: Any) -> None:
        """See `park`."""

    def step(self, rows: list[tuple[Seat, int]]) -> torch.Tensor:
        """One token of every sequence; shape (len(rows), V)."""
        return torch.stack([self._advance(seat, (token,)) for seat, token in rows])

    def _advance(self, seat: Seat, ids: tuple[int, ...]) -> torch.Tensor:
        if seat.cache.get_seq_length() > seat.length:  # a step that failed halfway
            seat.cache.crop(seat.length - seat.cache.get_seq_length())
        out = self.loaded.model(
            input_ids=torch.tensor([ids], device=self.loaded.device),
            past_key_values=seat.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        seat.length += len(ids)
        return out.logits[0, -1].to("cpu", torch.float32)
