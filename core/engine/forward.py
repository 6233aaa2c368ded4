"""The fast way through GPT-2: one forward pass for traces, prompts and batches of sequences.

It goes through the model's own weights (never a second copy) and differs from
transformers' forward only in what it leaves out: no mask where none is needed,
no logits but the last, no copies of keys and values. transformers' own forward
is the oracle in the tests and the way out (`TransformersBatch`) for models whose
blocks are not plain GPT-2.

Words: a *row* is one token of one sequence in the pass. Shapes: L layers,
n rows, E = n_embd, H heads, d = d_head, T tokens, V = n_vocab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import torch
import torch.nn.functional as F
from transformers.models.gpt2.modeling_gpt2 import GPT2Block

from core.compiled import compiled
from core.engine import passes
from core.engine.gemm_choice import GemmChoice
from core.engine.groups import Everywhere, Group
from core.model.loaded import LoadedModel

#: (layer, packed q, k, v of shape (n, 3 E)) -> the heads' outputs, shape (n, E).
Attend = Callable[[int, torch.Tensor], torch.Tensor]
_CPU = torch.device("cpu")
#: Where the weights of a layer's four products lie among its own, in the order of `passes`' ways.
_PRODUCTS = (2, 4, 8, 10)


def is_plain(loaded: LoadedModel) -> bool:
    """Whether every block is GPT-2's own, so that the pass below is the whole model."""
    config = loaded.model.config
    return not config.add_cross_attention and all(
        type(block) is GPT2Block for block in loaded.model.transformer.h
    )


def _device(module: torch.nn.Module) -> torch.device:
    """Where a block computes; with accelerate's hooks, not where its weights lie."""
    hook = getattr(module, "_hf_hook", None)
    where = getattr(hook, "execution_device", None)
    if where is not None:
        return torch.device("cuda", where) if isinstance(where, int) else torch.device(where)
    return next(module.parameters()).device


def _is_resident(model: torch.nn.Module) -> bool:
    """Whether all weights are in the main memory, in float32 and as they were stored."""
    plain = all(
        p.device.type == "cpu" and p.dtype == torch.float32 and p.is_contiguous()
        for p in model.parameters()
    )
    hooked = any(getattr(getattr(m, "_hf_hook", None), "offload", False) for m in model.modules())
    return plain and not hooked


class Forward:
    """Carries rows of the residual stream through all blocks.

    With the weights in float32 on the processor a pass is one program whose products
    are chosen by measurement (`fast`; `core.engine.passes`); anywhere else each step
    goes through the model's own modules, which works for GPUs, other dtypes and
    weights that accelerate fetches from disk.
    """

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        body = loaded.model.transformer
        self.body, self.h = body, list(body.h)
        self.n_layer, self.n_embd = loaded.shape.n_layer, loaded.shape.n_embd
        self.n_head, self.d_head = loaded.shape.n_head, loaded.shape.d_head
        self.scaling = [float(block.attn.scaling) for block in self.h]
        self.eps: float = self.h[0].ln_1.eps
        self.dtype = loaded.model.dtype
        # Tanh-approximated GELU: one kernel instead of transformers' eight steps.
        activation = loaded.model.config.activation_function
        self.tanh_gelu = activation in {"gelu_new", "gelu_pytorch_tanh"}
        self.gemm = GemmChoice()
        self.fast = self.tanh_gelu and _is_resident(loaded.model)
        #: In `passes.LAYER`'s order; the same memory as the modules'. Looked up once: that costs as
        #: much as a small product.
        self.weights: list[torch.Tensor] = []
        if self.fast:
            modules = [block.get_submodule(name) for block in self.h for name in passes.LAYER]
            self.weights = [t.data for module in modules for t in (module.weight, module.bias)]
        self.devices = [_CPU] * self.n_layer if self.fast else [_device(block) for block in self.h]

    def measure(self) -> Iterator[None]:
        """Choose the products for this machine; see `GemmChoice.measure_all`."""
        if self.fast:
            weights = [
                [(layer[at], layer[at + 1]) for layer in self._by_layer(6)] for at in _PRODUCTS
            ]
            yield from self.gemm.measure_all(weights, self.body.wte.weight.data)

    def _by_layer(self, n: int) -> list[list[torch.Tensor]]:
        """The weights of the first n layers."""
        size = 2 * len(passes.LAYER)
        return [self.weights[at : at + size] for at in range(0, n * size, size)][: self.n_layer]

    def _ways(self, rows: int) -> list[int]:
        """How each product of a layer is computed for so many rows."""
        return [self.gemm.way(*self.weights[at].shape, rows) for at in _PRODUCTS]

    # --- embedding, blocks, head ------------------------------------------------------------

    def embed(self, ids: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
        """Token plus position vectors. Shapes (n,), (n,) -> (n, E)."""
        if self.fast:
            body = self.body
            return compiled(passes.embed)(ids, positions, body.wte.weight, body.wpe.weight)
        where = self.loaded.device
        token = self.body.wte(ids.to(where))
        return token + self.body.wpe(positions.to(where)).to(token.device)

    def read(
        self, x: torch.Tensor, kv: Sequence[torch.Tensor], start: int,
        out: torch.Tensor | None = None,
    ) -> torch.Tensor:  # fmt: skip
        """New rows of one text through all blocks; or all rows of several texts.

        Parameters
        ----------
        x : shape (n, E)
        kv : L tensors of shape (T, 2 E), keys, then values; the last n rows are written. Of
            several texts they are of shape (texts, T, 2 E)
        start : rows before these; T - n
        out : shape (L + 1, n, E), on the processor; filled with the rows before each block
            and after the last

        Returns
        -------
        shape (n, E), before `ln_f`

        References
        ----------
        Radford et al. (2019), Language Models are Unsupervised Multitask Learners, section 2.3.
        """
        mask = self._causal_mask(start, start + len(x))
        if self.fast:
            run, seen = compiled(passes.read_rows), None if mask is None else mask[_CPU]
            return run(x, *self._of_blocks(len(x)), list(kv), seen, out)

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            seen = None if mask is None else mask[qkv.device]
            return passes.attend_rows(qkv, kv[layer], seen, self.n_head, self.scaling[layer])

        return self._by_module(x, attend, out)

    def step(self, x: torch.Tensor, groups: Sequence[Group]) -> torch.Tensor:
        """One new token of each of some sequences through all blocks.

        Parameters
        ----------
        x : shape (n, E), group by group
        groups : what each of them looks at

        Returns
        -------
        shape (n, E), before `ln_f`
        """
        if self.fast:
            looks = [group.on(_CPU) for group in groups]
            which, written, mask = (list(one) for one in zip(*looks, strict=True))
            kv, places = [group.kv for group in groups], [group.places for group in groups]
            run = compiled(passes.step_groups)
            return run(x, *self._of_blocks(len(x)), kv, places, which, written, mask)

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            parts = [self._attend(layer, qkv[group.span], group) for group in groups]
            return parts[0] if len(parts) == 1 else torch.cat(parts)

        return self._by_module(x, attend, None)

    def _of_blocks(
        self, rows: int
    ) -> tuple[list[torch.Tensor], list[int], float, int, list[float]]:
        """What `core.engine.passes` knows of the blocks."""
        return self.weights, self._ways(rows), self.eps, self.n_head, self.scaling

    def _attend(self, layer: int, qkv: torch.Tensor, group: Group) -> torch.Tensor:
        which, written, mask = group.on(qkv.device)
        return passes.attend_group(
            qkv, group.kv[layer], group.places, which, written, mask, self.n_head,
            self.scaling[layer],
        )  # fmt: skip

    def _by_module(self, x: torch.Tensor, attend: Attend, out: torch.Tensor | None) -> torch.Tensor:
        for index, block in enumerate(self.h):
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
            ln_f, wte = self.body.ln_f, self.loaded.model.lm_head.weight
            way = self.gemm.head_way(*wte.shape, len(x))
            return compiled(passes.logits_of)(x, ln_f.weight, ln_f.bias, ln_f.eps, way, wte)
        x = self.body.ln_f(x.to(_device(self.body.ln_f)))
        return self.loaded.model.lm_head(x).to("cpu", torch.float32)

    def _causal_mask(self, start: int, stop: int) -> Everywhere | None:
        """True where rows start to stop may look: shape (stop - start, stop).

        None where the kernel knows by itself (from the first row on) or one row sees all.
        """
        if not start or stop - start == 1:
            return None
        return self.everywhere(torch.ones(stop - start, stop, dtype=torch.bool).tril(start))

    def everywhere(self, tensor: torch.Tensor) -> Everywhere:
        """A small tensor on each device that has layers."""
        # By the name that a tensor there has: "mps" was asked for, "mps:0" is what it says.
        return {there.device: there for there in map(tensor.to, dict.fromkeys(self.devices))}
