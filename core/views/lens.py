"""What happens between the embedding and the answer, layer by layer.

Logit lens, direct logit attribution, the arithmetic of layer norm and GELU, and
the neurons of the MLP: pure functions of a loaded model and a `Trace`.

Shapes
------
n_ctx tokens of the trace, n_embd wide; n_inner neurons per MLP; n_head heads of
d_head each. Rows of the lens: row 0 is the embedding, row i the residual stream
that leaves block i - 1; the last row is the model's own output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from accelerate.utils import align_module_device
from torch.nn.functional import scaled_dot_product_attention

from core.tokens.tokenizer import Token, encode
from core.views.ablation import ablated_logits, divergence
from core.views.attention import qkv
from core.views.trace import Trace, check_layer, check_position, frozen

if TYPE_CHECKING:
    from transformers import GPT2TokenizerFast

    from core.model.catalogue import Shape
    from core.model.load import LoadedModel

#: Rows of the residual stream that meet the head at once: 64 rows of GPT-2's logits are 13 MB.
LENS_ROWS = 64
#: Of these, so many at once are read for probabilities: 3 MB stay in the processor's cache.
READ_ROWS = 16


def _tensor(loaded: LoadedModel, array: np.ndarray) -> torch.Tensor:
    # A copy: torch warns of read-only arrays because it could write into them.
    return torch.from_numpy(np.array(array)).to(loaded.device, loaded.model.dtype)


# --- the logit lens ---------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class LogitLens:
    """What each place of the residual stream would answer if it were the last.

    Attributes
    ----------
    start : position of the first token of the window
    top_ids : shape (n_layer + 1, n_window, top), most probable first
    top_probs : same shape, in [0, 1]
    entropy : shape (n_layer + 1, n_window), bits
        Of the whole distribution, 0 (certain) to log2 n_vocab.
    watched : token ids whose probability was kept
    watched_probs, watched_ranks : shape (n_layer + 1, n_window, n_watched)
        Rank 1 is the most probable token.
    """

    start: int
    top_ids: np.ndarray
    top_probs: np.ndarray
    entropy: np.ndarray
    watched: tuple[int, ...]
    watched_probs: np.ndarray
    watched_ranks: np.ndarray

    @property
    def stop(self) -> int:
        return self.start + self.top_ids.shape[1]

    @property
    def settled(self) -> np.ndarray:
        """First row from which the top token is the final one up to the end; (n_window,)."""
        same = self.top_ids[:, :, 0] == self.top_ids[-1, :, 0]
        # The last False from the bottom up, plus one: argmin on the reversed column finds it.
        broken = ~same[::-1]
        n_rows = same.shape[0]
        return np.where(broken.any(0), n_rows - broken.argmax(0), 0)


def lens_rows(
    got: LogitLens, tokens: Sequence[Token], name_of: Callable[[int], str]
) -> list[dict[str, object]]:
    """The lens as rows of a table: one per place and rank, then one per place and watched token."""

    def place(r: int, c: int) -> dict[str, object]:
        return {
            "position": got.start + c,
            "token": tokens[got.start + c].piece,
            "row": r,
            "layer": "embedding" if r == 0 else f"L{r - 1}",
            "entropy_bits": float(got.entropy[r, c]),
        }

    likely = [
        {
            **place(r, c),
            "kind": "top",
            "rank": k + 1,
            "id": int(got.top_ids[r, c, k]),
            "name": name_of(int(got.top_ids[r, c, k])),
            "probability": float(got.top_probs[r, c, k]),
        }
        for r, c, k in np.ndindex(*got.top_ids.shape)
    ]
    watched = [
        {
            **place(r, c),
            "kind": "watched",
            "rank": int(got.watched_ranks[r, c, w]),
            "id": got.watched[w],
            "name": name_of(got.watched[w]),
            "probability": float(got.watched_probs[r, c, w]),
        }
        for r, c, w in np.ndindex(*got.watched_ranks.shape)
    ]
    return likely + watched


def largest(logits: torch.Tensor, k: int, block: int = 128) -> tuple[torch.Tensor, torch.Tensor]:
    """`torch.topk` along the last axis, several times faster for small k.

    The k largest values lie in the k blocks with the largest maxima, so only
    those are searched.

    Parameters
    ----------
    logits : shape (n_rows, n_vocab)
    k : how many
    block : values per block

    Returns
    -------
    values, indices : shape (n_rows, k), largest first
    """
    n_rows, n_vocab = logits.shape
    n_blocks = n_vocab // block
    if n_blocks <= 2 * k:
        return logits.topk(min(k, n_vocab), dim=-1)
    whole = n_blocks * block
    blocks = logits[:, :whole].unflatten(1, (n_blocks, block))
    best = blocks.amax(-1).topk(k, dim=-1).indices
    places = (best[:, :, None] * block + torch.arange(block, device=logits.device)).flatten(1)
    rest = torch.arange(whole, n_vocab, device=logits.device).expand(n_rows, -1)
    places = torch.cat([places, rest], dim=1)
    values, at = logits.gather(1, places).topk(k, dim=-1)
    return values, places.gather(1, at)


def logit_lens(
    loaded: LoadedModel,
    trace: Trace,
    start: int = 0,
    stop: int | None = None,
    top: int = 10,
    watched: tuple[int, ...] = (),
) -> LogitLens:
    """Read every layer of a window of tokens through `ln_f` and the head.

    `Trace.resid` holds the stream *before* `ln_f` in all its rows, so `ln_f` is
    applied exactly once everywhere and the last row is the model's own output.
    A few rows at a time meet the vocabulary; only the top and the watched
    tokens are kept, so memory does not grow with layers x vocabulary.

    Parameters
    ----------
    start, stop : window of positions, `stop` excluded; None means the end
    top : how many tokens to keep at each place
    watched : token ids to follow whatever their rank

    Raises
    ------
    OutOfRange
        If the window is empty or outside the text.
    ValueError
        If a watched id is outside the vocabulary.

    References
    ----------
    nostalgebraist (2020), interpreting GPT: the logit lens.
    """
    stop = trace.n_ctx if stop is None else stop
    check_position(start, trace.n_ctx)
    check_position(stop - 1, trace.n_ctx)
    check_position(start, stop)
    if any(not 0 <= i < loaded.shape.n_vocab for i in watched):
        raise ValueError(f"watched ids must lie in [0, {loaded.shape.n_vocab})")
    model = loaded.model
    resid = trace.resid[:, start:stop]
    rows = resid.reshape(-1, resid.shape[-1])
    follow = torch.tensor(watched, dtype=torch.long, device=loaded.device)
    n_rows, kept = len(rows), min(top, loaded.shape.n_vocab)
    # Made before the first logits: small results kept between large blocks that are freed would
    # tear holes that the next block does not fit into, and memory would grow after all.
    ids, ranks = (torch.empty(n_rows, n, dtype=torch.int32) for n in (kept, len(watched)))
    probs, followed = (torch.empty(n_rows, n) for n in (kept, len(watched)))
    entropy = torch.empty(n_rows)
    for first in range(0, n_rows, LENS_ROWS):
        stream = _tensor(loaded, rows[first : first + LENS_ROWS])
        logits = model.lm_head(model.transformer.ln_f(stream)).float()
        for at in range(0, len(logits), READ_ROWS):
            found = _read(logits[at : at + READ_ROWS], follow, top)
            place = slice(first + at, first + at + len(found[0]))
            for result, part in zip((ids, probs, entropy, followed, ranks), found, strict=True):
                result[place] = part
    shape = resid.shape[:2]
    ids, probs, entropy, followed, ranks = (
        result.unflatten(0, shape) for result in (ids, probs, entropy, followed, ranks)
    )
    return LogitLens(
        start,
        _integers(ids),
        frozen(probs),
        frozen(entropy),
        tuple(watched),
        frozen(followed),
        _integers(ranks),
    )


def _read(logits: torch.Tensor, follow: torch.Tensor, top: int) -> tuple[torch.Tensor, ...]:
    """Top ids, their probabilities, entropy, followed probabilities and ranks of a few rows.

    Overwrites the logits, shape (n_rows, n_vocab).
    """
    values, ids = largest(logits, top)
    followed = logits[:, follow]
    ranks = [torch.count_nonzero(logits > followed[:, i, None], -1) + 1 for i in range(len(follow))]
    # One pass of exp serves the probabilities and the entropy. Logits are taken below the
    # largest one: as they come they may lie in the hundreds, and digits would be lost.
    best = values[:, :1]
    logits -= best
    weights = logits.exp()
    total = weights.sum(-1, keepdim=True)
    mean_logit = torch.linalg.vecdot(weights, logits)[:, None] / total
    return (
        ids,
        (values - best).exp() / total,
        (total.log() - mean_logit)[:, 0] / np.log(2),
        (followed - best).exp() / total,
        torch.stack(ranks, -1) if len(follow) else followed.long(),
    )


def watch_options(tokenizer: GPT2TokenizerFast, word: str) -> tuple[Token, ...]:
    """The tokens that a word to be watched stands for, the likeliest meaning first.

    In running text a word comes with its space, so the word is read with one;
    if it is a single token without the space as well, that one is offered last.
    Several tokens mean that the model writes the word piece by piece.
    """
    if not word.strip():
        return ()
    spaced = word if word[0].isspace() else " " + word
    pieces = list(encode(tokenizer, spaced, 1000))
    bare = encode(tokenizer, word, 1000)
    if len(bare) == 1:
        pieces += bare
    return tuple({token.id: token for token in pieces}.values())


def n_pieces(options: Sequence[Token], word: str) -> int:
    """How many tokens the model writes a word in, given its `watch_options`."""
    # Where the word without its space is a token too, that one is no piece but another spelling.
    return sum(token.data != word.encode() for token in options) or len(options)


def _integers(tensor: torch.Tensor) -> np.ndarray:
    array = tensor.to("cpu", torch.int32).numpy().copy()
    array.flags.writeable = False
    return array


# --- one block, opened ------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class NormSteps:
    """Layer norm of one vector, step by step; every array has shape (n_embd,).

    Attributes
    ----------
    x : what comes in
    mean, variance : of `x` over its n_embd numbers (variance without Bessel's correction)
    eps : keeps the division from blowing up
    centred : x - mean
    normed : centred / sqrt(variance + eps)
    gain, bias : learned, one number per dimension
    out : normed * gain + bias

    References
    ----------
    Ba, Kiros & Hinton (2016), Layer Normalization, equation 4.
    """

    x: np.ndarray
    mean: float
    variance: float
    eps: float
    centred: np.ndarray
    normed: np.ndarray
    gain: np.ndarray
    bias: np.ndarray
    out: np.ndarray

    @property
    def sums(self) -> tuple[float, float, float]:
        """Mean, variance and eps: the three numbers that all dimensions share."""
        return self.mean, self.variance, self.eps

    @property
    def deviation(self) -> float:
        """sqrt(variance + eps)."""
        return float(np.sqrt(self.variance + self.eps))


def norm_steps(x: np.ndarray, gain: np.ndarray, bias: np.ndarray, eps: float) -> NormSteps:
    """Layer norm of one vector of shape (n_embd,), with everything in between."""
    # float64 inside: the page shows steps that add up to their last digit.
    wide = np.asarray(x, dtype=np.float64)
    mean, variance = float(wide.mean()), float(wide.var())
    centred = wide - mean
    normed = centred / np.sqrt(variance + eps)
    arrays = (np.asarray(x), centred, normed, gain, bias, normed * gain + bias)
    x32, centred, normed, gain, bias, out = (_read_only(a) for a in arrays)
    return NormSteps(x32, mean, variance, eps, centred, normed, gain, bias, out)


def _read_only(array: np.ndarray) -> np.ndarray:
    kept = np.array(array, dtype=np.float32)
    kept.flags.writeable = False
    return kept


@dataclass(frozen=True, eq=False)
class GeluSteps:
    """Tanh-approximated GELU, step by step; all arrays have the shape of `x`.

    Attributes
    ----------
    x : what comes in
    inner : sqrt(2 / pi) * (x + 0.044715 x^3)
    tanh : of `inner`
    gate : 0.5 * (1 + tanh), in [0, 1]: how much of x is let through
    out : x * gate

    References
    ----------
    Hendrycks & Gimpel (2016), Gaussian Error Linear Units, section 2.
    """

    x: np.ndarray
    inner: np.ndarray
    tanh: np.ndarray
    gate: np.ndarray
    out: np.ndarray


def gelu_steps(x: np.ndarray) -> GeluSteps:
    """GPT-2's GELU (the tanh approximation, not the exact one with erf)."""
    wide = np.asarray(x, dtype=np.float64)
    inner = np.sqrt(2 / np.pi) * (wide + 0.044715 * wide**3)
    tanh = np.tanh(inner)
    gate = 0.5 * (1 + tanh)
    return GeluSteps(*(_read_only(a) for a in (wide, inner, tanh, gate, wide * gate)))


@dataclass(frozen=True, eq=False)
class BlockSteps:
    """One block at work on one token; vectors have shape (n_embd,) unless said.

    Attributes
    ----------
    layer, position : counted from zero
    resid_pre : the residual stream that enters
    ln_1, ln_2 : the two layer norms, step by step
    attn : what attention adds
    resid_mid : resid_pre + attn
    hidden, active : shape (n_inner,); before and after GELU
    mlp : what the MLP adds
    resid_post : resid_mid + mlp, which enters the next block
    """

    layer: int
    position: int
    resid_pre: np.ndarray
    ln_1: NormSteps
    attn: np.ndarray
    resid_mid: np.ndarray
    ln_2: NormSteps
    hidden: np.ndarray
    active: np.ndarray
    mlp: np.ndarray
    resid_post: np.ndarray

    @property
    def stations(self) -> dict[str, np.ndarray]:
        """The vectors in the order in which they arise, by the names of the checkpoint."""
        return {
            "resid_pre": self.resid_pre,
            "ln_1": self.ln_1.out,
            "attn": self.attn,
            "resid_mid": self.resid_mid,
            "ln_2": self.ln_2.out,
            "c_fc": self.hidden,
            "gelu": self.active,
            "mlp": self.mlp,
            "resid_post": self.resid_post,
        }


def block_rows(steps: BlockSteps) -> list[dict[str, object]]:
    """Every number of every vector of the block, as rows of a table."""
    return [
        {
            "layer": steps.layer,
            "position": steps.position,
            "vector": name,
            "dimension": at,
            "value": float(value),
        }
        for name, vector in steps.stations.items()
        for at, value in enumerate(vector)
    ]


def _norm(module: torch.nn.LayerNorm, x: torch.Tensor) -> NormSteps:
    with align_module_device(module):  # offloaded weights would be on meta
        gain, bias = frozen(module.weight), frozen(module.bias)
    return norm_steps(frozen(x), gain, bias, module.eps)


def _mixed(
    loaded: LoadedModel, trace: Trace, layer: int, position: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention for one query: patterns (n_head, position + 1), mixed values (n_head, d_head)."""
    q, k, v = qkv(loaded, trace, layer)
    seen = position + 1  # nothing looks ahead
    scores = (k[:, :seen] @ q[:, position, :, None])[..., 0].float()
    scaling = float(loaded.model.transformer.h[layer].attn.scaling)
    pattern = (scores * scaling).softmax(-1).to(v.dtype)
    return pattern, (pattern[:, None] @ v[:, :seen])[:, 0]


def _shares(loaded: LoadedModel, layer: int, mixed: torch.Tensor) -> torch.Tensor:
    """Each head's share of what attention adds, the bias left out; (n_head, n_embd)."""
    c_proj = loaded.model.transformer.h[layer].attn.c_proj
    with align_module_device(c_proj):
        rows = c_proj.weight.view(loaded.shape.n_head, loaded.shape.d_head, -1)
        return (mixed[:, None] @ rows.to(mixed.device))[:, 0]


def _middle(loaded: LoadedModel, trace: Trace, layer: int) -> torch.Tensor:
    """The residual stream between attention and MLP, all positions; (n_ctx, n_embd)."""
    q, k, v = qkv(loaded, trace, layer)
    attn = loaded.model.transformer.h[layer].attn
    mixed = scaled_dot_product_attention(
        q[None], k[None], v[None], is_causal=True, scale=float(attn.scaling)
    )[0]
    return _tensor(loaded, trace.resid[layer]) + attn.c_proj(mixed.transpose(0, 1).flatten(1))


def block_steps(loaded: LoadedModel, trace: Trace, layer: int, position: int) -> BlockSteps:
    """Follow one token through one block.

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.

    References
    ----------
    Radford et al. (2019), Language Models are Unsupervised Multitask Learners,
    section 2.3: the layer norms come before each part of the block.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_position(position, trace.n_ctx)
    block = loaded.model.transformer.h[layer]
    pre = _tensor(loaded, trace.resid[layer, position])
    _pattern, mixed = _mixed(loaded, trace, layer, position)
    attn = block.attn.c_proj(mixed.flatten()[None])[0]
    middle = pre + attn
    hidden = block.mlp.c_fc(block.ln_2(middle)[None])[0]
    active = block.mlp.act(hidden)
    mlp = block.mlp.c_proj(active[None])[0]
    return BlockSteps(
        layer,
        position,
        frozen(pre),
        _norm(block.ln_1, pre),
        frozen(attn),
        frozen(middle),
        _norm(block.ln_2, middle),
        frozen(hidden),
        frozen(active),
        frozen(mlp),
        frozen(middle + mlp),
    )


@dataclass(frozen=True, eq=False)
class HeadsAt:
    """What the heads of one layer do for one token; all arrays have shape (n_head,).

    Attributes
    ----------
    lengths : norm of what each head adds to the residual stream (bias left out)
    looks_at : the earlier (or same) position that gets most of its attention
    weights : how much it gets, in [0, 1]
    """

    lengths: np.ndarray
    looks_at: np.ndarray
    weights: np.ndarray


def heads_at(loaded: LoadedModel, trace: Trace, layer: int, position: int) -> HeadsAt:
    """How much each head of a layer adds to a token, and where it looks.

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    """
    check_position(position, trace.n_ctx)
    pattern, mixed = _mixed(loaded, trace, layer, position)
    added = _shares(loaded, layer, mixed)
    weights, looks_at = pattern.max(-1)
    return HeadsAt(frozen(added.norm(dim=-1)), _integers(looks_at), frozen(weights))


def largest_dimensions(vector: np.ndarray, n: int) -> np.ndarray:
    """Indices of the n largest absolute values, largest first."""
    return np.argsort(-np.abs(vector), kind="stable")[:n]


def count_positive(values: np.ndarray) -> int:
    """How many values are above zero."""
    return int((values > 0).sum())


def lengths(vectors: np.ndarray) -> np.ndarray:
    """Euclidean norms along the last axis; shape (..., n_embd) -> (...)."""
    return np.linalg.norm(np.asarray(vectors, dtype=np.float64), axis=-1)


# --- who wrote the answer ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Writes:
    """Everything that was ever added to the residual stream of one token.

    The parts add up to `Trace.resid` of the last row. All arrays end in n_embd.

    Attributes
    ----------
    position : counted from zero
    token, place : shape (n_embd,); the rows of `wte` and `wpe`
    heads : shape (n_layer, n_head, n_embd); each head's share, without the bias
    attn_bias : shape (n_layer, n_embd); `c_proj.bias` of attention
    mlp : shape (n_layer, n_embd); without the bias
    mlp_bias : shape (n_layer, n_embd); `c_proj.bias` of the MLP
    final : shape (n_embd,); the residual stream that leaves the last block
    """

    position: int
    token: np.ndarray
    place: np.ndarray
    heads: np.ndarray
    attn_bias: np.ndarray
    mlp: np.ndarray
    mlp_bias: np.ndarray
    final: np.ndarray

    @property
    def attn(self) -> np.ndarray:
        """What each layer's attention added, bias included; shape (n_layer, n_embd)."""
        return self.heads.sum(1) + self.attn_bias

    @property
    def mlp_out(self) -> np.ndarray:
        """What each layer's MLP added, bias included; shape (n_layer, n_embd)."""
        return self.mlp + self.mlp_bias

    @property
    def total(self) -> np.ndarray:
        """The sum of all parts, in float64; shape (n_embd,)."""
        layers = (self.heads.sum(1, dtype=np.float64), self.attn_bias, self.mlp, self.mlp_bias)
        return self.token.astype(np.float64) + self.place + sum(a.sum(0) for a in layers)


def writes(loaded: LoadedModel, trace: Trace, position: int) -> Writes:
    """Take the residual stream of one token apart into what each part added.

    A head's share is its mixed values times its own rows of `c_proj`; the bias
    is counted once, on its own.

    Raises
    ------
    OutOfRange
        If the text has no such token.

    References
    ----------
    Elhage et al. (2021), A Mathematical Framework for Transformer Circuits.
    """
    check_position(position, trace.n_ctx)
    stem = loaded.model.transformer
    heads, attn_bias, mlp, mlp_bias = [], [], [], []
    for layer, block in enumerate(stem.h):
        _pattern, mixed = _mixed(loaded, trace, layer, position)
        share = _shares(loaded, layer, mixed)
        with align_module_device(block.attn.c_proj):
            bias = block.attn.c_proj.bias.to(mixed.device, copy=True)
        heads.append(frozen(share))
        attn_bias.append(frozen(bias))
        middle = _tensor(loaded, trace.resid[layer, position]) + share.sum(0) + bias
        active = block.mlp.act(block.mlp.c_fc(block.ln_2(middle)[None]))
        out = frozen(block.mlp.c_proj(active)[0])
        with align_module_device(block.mlp.c_proj):
            mlp_bias.append(frozen(block.mlp.c_proj.bias))
        mlp.append(out - mlp_bias[-1])
    ids = torch.tensor([trace.token_ids[position]], device=loaded.device)
    place = torch.tensor([position], device=loaded.device)
    stacked = (_read_only(np.stack(a)) for a in (heads, attn_bias, mlp, mlp_bias))
    return Writes(
        position,
        frozen(stem.wte(ids)[0]),
        frozen(stem.wpe(place)[0]),
        *stacked,
        trace.resid[-1, position],
    )


@dataclass(frozen=True, eq=False)
class Reader:
    """How the head reads one token's logit, or the difference of two, from a vector.

    Attributes
    ----------
    token, against : token ids; `against` is None for the logit itself
    direction : shape (n_embd,)
        `ln_f.weight` times the token's row of the head (less the other's row).
    bias : `ln_f.bias` read the same way
    eps : of `ln_f`
    """

    token: int
    against: int | None
    direction: np.ndarray
    bias: float
    eps: float


def reader(loaded: LoadedModel, token: int, against: int | None = None) -> Reader:
    """The direction in which a logit (or a difference of two) grows.

    Raises
    ------
    ValueError
        If an id is outside the vocabulary.
    """
    asked = [token] if against is None else [token, against]
    if any(not 0 <= i < loaded.shape.n_vocab for i in asked):
        raise ValueError(f"token ids must lie in [0, {loaded.shape.n_vocab})")
    model = loaded.model
    with align_module_device(model.lm_head):
        rows = frozen(model.lm_head.weight[asked])
    final = model.transformer.ln_f
    with align_module_device(final):
        gain, bias = frozen(final.weight), frozen(final.bias)
    row = rows[0] if against is None else rows[0] - rows[1]
    wide = row.astype(np.float64)
    return Reader(token, against, _read_only(wide * gain), float(wide @ bias), final.eps)


@dataclass(frozen=True, eq=False)
class Attribution:
    """A logit (or a difference of two) as a sum over everything that wrote it.

    Attributes
    ----------
    token, place : of the embeddings
    heads : shape (n_layer, n_head)
    attn_bias, mlp, mlp_bias : shape (n_layer,)
    final_bias : of `ln_f`
    """

    token: float
    place: float
    heads: np.ndarray
    attn_bias: np.ndarray
    mlp: np.ndarray
    mlp_bias: np.ndarray
    final_bias: float

    @property
    def attn(self) -> np.ndarray:
        """Each layer's attention, without the bias; shape (n_layer,)."""
        return self.heads.sum(1)

    @property
    def embedding(self) -> float:
        return self.token + self.place

    @property
    def bias_pair(self) -> tuple[float, float]:
        """The biases of all layers together, and that of `ln_f`."""
        return float(self.attn_bias.sum() + self.mlp_bias.sum()), self.final_bias

    @property
    def biases(self) -> float:
        return sum(self.bias_pair)

    @property
    def total(self) -> float:
        return float(self.embedding + self.attn.sum() + self.mlp.sum() + self.biases)


def attribute(parts: Writes, read: Reader) -> Attribution:
    """Direct logit attribution: read each part with the scale of the whole.

    `ln_f` divides by the deviation of the *whole* stream; with that one number
    held fixed the rest is linear, so the parts add up to the model's logit.

    References
    ----------
    Elhage et al. (2021), A Mathematical Framework for Transformer Circuits.
    """
    deviation = np.sqrt(np.var(parts.final.astype(np.float64)) + read.eps)

    def share(vectors: np.ndarray) -> np.ndarray:
        wide = vectors.astype(np.float64)
        return (wide - wide.mean(-1, keepdims=True)) @ read.direction.astype(np.float64) / deviation

    return Attribution(
        float(share(parts.token)),
        float(share(parts.place)),
        *(share(a) for a in (parts.heads, parts.attn_bias, parts.mlp, parts.mlp_bias)),
        read.bias,
    )


def token_logits(
    loaded: LoadedModel, trace: Trace, position: int, token_ids: tuple[int, ...]
) -> np.ndarray:
    """The model's own logits of some tokens after a position; shape (len(token_ids),).

    Raises
    ------
    OutOfRange
        If the text has no such token.
    """
    check_position(position, trace.n_ctx)
    model = loaded.model
    logits = model.lm_head(model.transformer.ln_f(_tensor(loaded, trace.resid[-1, position])[None]))
    return frozen(logits[0, list(token_ids)])


def logit_or_difference(logits: np.ndarray) -> float:
    """One logit as it is, two as their difference; shape (1,) or (2,)."""
    return float(logits[0]) if len(logits) == 1 else float(logits[0]) - float(logits[1])


def strongest(heads: np.ndarray) -> tuple[int, int]:
    """Layer and head of the largest absolute value; shape (n_layer, n_head)."""
    layer, head = np.unravel_index(np.abs(heads).argmax(), heads.shape)
    return int(layer), int(head)


def attribution_rows(got: Attribution) -> list[dict[str, object]]:
    """Every part and what it adds, as rows of a table; the values add up to the total."""
    rows: list[dict[str, object]] = [
        {"part": "wte", "layer": None, "head": None, "adds": got.token},
        {"part": "wpe", "layer": None, "head": None, "adds": got.place},
    ]
    for layer in range(len(got.mlp)):
        rows += [
            {"part": "attn", "layer": layer, "head": head, "adds": float(value)}
            for head, value in enumerate(got.heads[layer])
        ]
        rows += [
            {"part": name, "layer": layer, "head": None, "adds": float(values[layer])}
            for name, values in (
                ("attn.c_proj.bias", got.attn_bias),
                ("mlp", got.mlp),
                ("mlp.c_proj.bias", got.mlp_bias),
            )
        ]
    rows.append({"part": "ln_f.bias", "layer": None, "head": None, "adds": got.final_bias})
    return rows


# --- the neurons of the MLP -------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Neurons:
    """The most active neurons of one MLP for one token.

    Attributes
    ----------
    layer, position : counted from zero
    neurons : shape (top,); index in n_inner, strongest first
    activations : shape (top, n_ctx); after GELU, for every token of the text
    lengths : shape (top,); norm of what each adds to the residual stream here
    promoted_ids, suppressed_ids : shape (top, words)
    promoted, suppressed : same shape; direct effect on the logit, less the mean over
        the vocabulary (a shift of all logits changes no probability)
    all_active : shape (n_inner,); every neuron at `position`
    """

    layer: int
    position: int
    neurons: np.ndarray
    activations: np.ndarray
    lengths: np.ndarray
    promoted_ids: np.ndarray
    promoted: np.ndarray
    suppressed_ids: np.ndarray
    suppressed: np.ndarray
    all_active: np.ndarray

    def words(self, which: int) -> tuple[list[int], np.ndarray]:
        """Token ids and effects of one neuron, from the most raised to the most lowered."""
        ids = [*self.promoted_ids[which], *self.suppressed_ids[which][::-1]]
        effects = np.concatenate([self.promoted[which], self.suppressed[which][::-1]])
        return [int(i) for i in ids], effects

    @property
    def n_firing(self) -> int:
        """How many neurons let something through (activation above zero)."""
        return int((self.all_active > 0).sum())


def neurons(
    loaded: LoadedModel,
    trace: Trace,
    layer: int,
    position: int,
    top: int = 12,
    words: int = 8,
    by: str = "activation",
) -> Neurons:
    """The neurons that speak loudest for a token, and what each says.

    A neuron adds its activation times its own row of `mlp.c_proj`. That vector
    is read by `ln_f` (with the deviation of this token's final stream) and the
    head: its direct effect on every logit.

    Parameters
    ----------
    by : "activation", the largest value after GELU; or "effect", the largest
        norm of what the neuron adds to the stream, whatever its sign

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    ValueError
        If `by` is neither.

    References
    ----------
    Geva et al. (2022), Transformer Feed-Forward Layers Build Predictions by
    Promoting Concepts in the Vocabulary Space.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_position(position, trace.n_ctx)
    if by not in {"activation", "effect"}:
        raise ValueError("by must be 'activation' or 'effect'")
    model, block = loaded.model, loaded.model.transformer.h[layer]
    active = block.mlp.act(block.mlp.c_fc(block.ln_2(_middle(loaded, trace, layer))))
    here = active[position].float()
    with align_module_device(block.mlp.c_proj):
        rows = block.mlp.c_proj.weight.to(active.device)
        lengths_here = here.abs() * rows.float().norm(dim=-1)
        loud = (here if by == "activation" else lengths_here).topk(min(top, len(here))).indices
        added = (rows[loud] * here[loud, None].to(rows.dtype)).float()
    final = model.transformer.ln_f
    stream = _tensor(loaded, trace.resid[-1, position]).float()
    deviation = (stream.var(unbiased=False) + final.eps).sqrt()
    with align_module_device(final):
        gain = final.weight.to(added.device).float()
    read = (added - added.mean(-1, keepdim=True)) / deviation * gain
    effects = model.lm_head(read.to(model.dtype)).float()
    effects -= effects.mean(-1, keepdim=True)
    up, up_ids = largest(effects, words)
    down, down_ids = largest(-effects, words)
    return Neurons(
        layer,
        position,
        _integers(loud),
        frozen(active[:, loud].T),
        frozen(lengths_here[loud]),
        _integers(up_ids),
        frozen(up),
        _integers(down_ids),
        frozen(-down),
        frozen(here),
    )


def shares_of_largest(values: np.ndarray) -> list[float]:
    """Each value's share of the largest, in [0, 1]; what is below zero counts as none."""
    top = max(float(values.max()), 1e-6)
    return [max(0.0, float(v)) / top for v in values]


# --- skip it ----------------------------------------------------------------------------


def skip_cost(loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, part: str) -> float:
    """How much the prediction changes when one part of one layer is left out.

    Parameters
    ----------
    text : the ids up to and including the token whose prediction is asked, or their trace
    part : "attn" or "mlp"

    Returns
    -------
    float
        KL(whole || without), in bits, at the last position.

    Raises
    ------
    OutOfRange
        If the model has no such layer.
    """
    whole = ablated_logits(loaded, text)
    return float(divergence(whole, ablated_logits(loaded, text, blocks=frozenset({(layer, part)}))))


def costliest(costs: dict[str, list[float]]) -> tuple[str, int, float]:
    """Part, layer and bits of the largest of all `skip_cost` results."""
    return max(
        ((part, layer, bits) for part, row in costs.items() for layer, bits in enumerate(row)),
        key=lambda found: found[2],
    )


def is_long_work(shape: Shape, n_tokens: int) -> bool:
    """Whether `skip_cost` for every part would keep a laptop busy for more than some ten seconds.

    One pass costs about two operations per weight and token; a processor does
    some 10^11 of them in a second.
    """
    operations = 2 * shape.n_layer * 2 * (12 * shape.n_layer * shape.n_embd**2) * n_tokens
    return operations > 1e12
