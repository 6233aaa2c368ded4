"""Queries, keys, values and patterns of one layer, from the residual stream.

Shapes: n_head heads, n_ctx tokens, d_head numbers per head. A pattern is
indexed query first, key second: row i says where token i looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_head, check_layer, check_position
from core.tokens.encoding import encode
from core.views.heads import Tally, kind_masks, side_by_side, tally, token_kinds
from core.views.trace import Trace, capture, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel

#: Numbers of the patterns that are held at once where not all are needed: 4 MB.
_CELLS = 2**20
#: Rows of a product of two patterns that are made at once.
_ROWS = 128
#: Small pictures of a pattern are at most this many cells wide.
THUMBNAIL = 32


@dataclass(frozen=True, eq=False)
class LayerAttention:
    """All heads of one layer.

    Attributes
    ----------
    layer : counted from zero
    q, k, v : shape (n_head, n_ctx, d_head)
    scaling : what q . k is multiplied by; 1 / sqrt(d_head)
    resid_norms : shape (n_ctx,); length of the residual stream before the layer

    Notes
    -----
    Scores and weights of 1,024 tokens are 4 MiB for each head, and a head is looked
    at alone: they are made when they are asked for, and not kept.
    """

    layer: int
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scaling: float
    resid_norms: np.ndarray

    @property
    def pattern(self) -> np.ndarray:
        """Softmax of the scores over keys; shape (n_head, query, key), rows sum to one.

        All heads, made anew at each access: `weights` makes those of one.
        """
        return np.stack([self.weights(head) for head in range(len(self.q))])

    def weights(self, head: int, queries: list[int] | slice = slice(None)) -> np.ndarray:
        """The pattern of one head, or some of its rows; shape (n queries, key)."""
        return _softmax(self.scores(head, queries))

    def scores(self, head: int, queries: list[int] | slice = slice(None)) -> np.ndarray:
        """q . k, scaled, the future -inf; shape (n queries, key)."""
        n = self.q.shape[1]
        scores = (self.q[head][queries] @ self.k[head].T) * np.float32(self.scaling)
        scores[np.arange(n) > np.arange(n)[queries][:, None]] = -np.inf
        return scores


def _softmax(scores: np.ndarray) -> np.ndarray:
    """Softmax over the last axis; the scores are written over."""
    scores -= scores.max(axis=-1, keepdims=True)
    np.exp(scores, out=scores)
    scores /= scores.sum(axis=-1, keepdims=True)
    return scores


def _handed_over(tensor: torch.Tensor) -> np.ndarray:
    """A tensor that nobody else holds, as a read-only array; on the processor without a copy."""
    array = tensor.detach().to("cpu", torch.float32).contiguous().numpy()
    array.flags.writeable = False
    return array


def qkv(loaded: LoadedModel, trace: Trace, layer: int) -> tuple[torch.Tensor, ...]:
    """Queries, keys and values of a layer; each of shape (n_head, n_ctx, d_head)."""
    check_layer(layer, loaded.shape.n_layer)
    block = loaded.model.transformer.h[layer]
    resid = torch.from_numpy(trace.resid[layer].copy()).to(loaded.device, loaded.model.dtype)
    x = block.ln_1(resid)
    del resid  # 3 MB of a long prompt
    packed = block.attn.c_attn(x)
    # c_attn packs all Q, then all K, then all V: split before cutting heads.
    n_head, d_head = loaded.shape.n_head, loaded.shape.d_head
    return tuple(
        part.reshape(-1, n_head, d_head).transpose(0, 1)
        for part in packed.split(loaded.shape.n_embd, dim=-1)
    )


def _scaling(loaded: LoadedModel, layer: int) -> float:
    """The model's own factor: 1 / sqrt(d_head), unless its config says otherwise."""
    return float(loaded.model.transformer.h[layer].attn.scaling)


def _patterns(
    loaded: LoadedModel, layer: int, q: torch.Tensor, k: torch.Tensor, out: torch.Tensor
) -> Iterator[torch.Tensor]:
    """Patterns of some heads at a time, the first heads first.

    Parameters
    ----------
    out : shape (n heads, query, key), float32, on q's device; written over with each of them
    """
    n = q.shape[1]
    future = torch.ones((n, n), dtype=torch.bool, device=q.device).triu_(1)
    for some_q, some_k in zip(q.split(len(out)), k.split(len(out)), strict=True):
        some = out[: len(some_q)]
        # All in one place: of a long prompt every step would leave 4 MB a head behind.
        torch.matmul(some_q.float(), some_k.float().transpose(-1, -2), out=some)
        some.mul_(_scaling(loaded, layer)).masked_fill_(future, -math.inf)
        some.sub_(some.amax(dim=-1, keepdim=True)).exp_()
        yield some.div_(some.sum(dim=-1, keepdim=True))


def _room(loaded: LoadedModel, n: int) -> torch.Tensor:
    """Where the patterns of a few heads at a time are written; shape (n heads, n, n)."""
    at_once = min(loaded.shape.n_head, max(1, _CELLS // n**2))
    return torch.empty((at_once, n, n), device=loaded.device)


def _all_patterns(loaded: LoadedModel, layer: int, q: torch.Tensor, k: torch.Tensor) -> np.ndarray:
    """All heads in one read-only array; shape (n_head, query, key)."""
    out = torch.empty((len(q), q.shape[1], q.shape[1]), device=q.device)
    next(_patterns(loaded, layer, q, k, out))
    return _handed_over(out)


def layer_attention(loaded: LoadedModel, trace: Trace, layer: int) -> LayerAttention:
    """Everything about the attention of one layer.

    Raises
    ------
    OutOfRange
        If the model has no such layer.

    References
    ----------
    Vaswani et al. (2017), Attention Is All You Need, equation 1.
    """
    parts = qkv(loaded, trace, layer)
    norms = np.linalg.norm(trace.resid[layer], axis=-1)
    norms.flags.writeable = False
    return LayerAttention(layer, *map(frozen, parts), _scaling(loaded, layer), norms)


def layer_pattern(loaded: LoadedModel, trace: Trace, layer: int) -> np.ndarray:
    """The patterns of one layer alone; shape (n_head, query, key)."""
    q, k, _v = qkv(loaded, trace, layer)
    return _all_patterns(loaded, layer, q, k)


# --- all heads at a glance ------------------------------------------------------------------


def pooled(pattern: np.ndarray, size: int = THUMBNAIL) -> tuple[np.ndarray, np.ndarray]:
    """A smaller picture of a pattern.

    Parameters
    ----------
    pattern : shape (..., query, key), the future zero
    size : cells across, at most

    Returns
    -------
    largest, average : shape (..., s, s), s = min(size, n_ctx)
        Largest keeps thin stripes that an average would wash out. The average is
        over the cells that can be looked at, not over the future.
    """
    n = pattern.shape[-1]
    if n <= size:
        return pattern, pattern
    starts = np.linspace(0, n, size, endpoint=False).astype(int)
    largest = np.maximum.reduceat(np.maximum.reduceat(pattern, starts, axis=-1), starts, axis=-2)
    total = np.add.reduceat(np.add.reduceat(pattern, starts, axis=-1), starts, axis=-2)
    return largest, total / _covered(n, size)


@lru_cache(maxsize=32)
def _covered(n: int, size: int) -> np.ndarray:
    """Cells that are not the future under each cell of a `pooled` picture; (size, size)."""
    starts = np.linspace(0, n, size, endpoint=False).astype(int)
    past = np.tri(n, dtype=np.float32)
    cells = np.add.reduceat(np.add.reduceat(past, starts, axis=-1), starts, axis=-2)
    return np.maximum(cells, 1.0)  # all-future ones are divided by it, too


@dataclass(frozen=True, eq=False)
class LayerSummary:
    """What the grid of all heads needs of one layer, small enough to keep.

    Attributes
    ----------
    largest, average : shape (n_head, s, s); see `pooled`
    tally : see `core.views.heads.Tally`
    """

    largest: np.ndarray
    average: np.ndarray
    tally: Tally


def layer_summary(loaded: LoadedModel, trace: Trace, layer: int) -> LayerSummary:
    """Small pictures and head scores of one layer; the full patterns are let go."""
    q, k, _v = qkv(loaded, trace, layer)
    masks = kind_masks(trace.token_ids, token_kinds(trace.pieces))
    made = []
    for some in _patterns(loaded, layer, q, k, _room(loaded, trace.n_ctx)):
        pattern = some.numpy(force=True)
        largest, average = pooled(pattern)
        # The next heads are written over these; small pictures of a short text are the whole.
        made.append((largest.copy(), average.copy(), tally(pattern, trace.token_ids, masks=masks)))
    largest, average = (np.concatenate(part) for part in list(zip(*made, strict=True))[:2])
    return LayerSummary(largest, average, side_by_side([summed for _l, _a, summed in made]))


# --- one query, step by step ----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class HeadSteps:
    """How one head computes what it writes for one query token.

    Attributes
    ----------
    layer, head, query : which
    q : shape (d_head,), the query's vector
    k, v : shape (n_ctx, d_head), every token's
    dots : shape (n_ctx,), q . k for every token, the future too
    scaling : what the dots are multiplied by; 1 / sqrt(d_head)
    scores : shape (n_ctx,), scaled, the future -inf
    weights : shape (n_ctx,), softmax of `scores`
    z : shape (d_head,), the sum of weights times v
    out : shape (n_embd,), z through this head's rows of c_proj: what is added to the
        residual stream (the layer's shared bias is left out)
    written : shape (n_ctx,), length of each token's own part of `out`
    resid_norm : length of the residual stream at the query, before the layer
    """

    layer: int
    head: int
    query: int
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    dots: np.ndarray
    scaling: float
    scores: np.ndarray
    weights: np.ndarray
    z: np.ndarray
    out: np.ndarray
    written: np.ndarray
    resid_norm: float

    @property
    def scaled(self) -> np.ndarray:
        """The dots after scaling, before the mask; shape (n_ctx,)."""
        return self.dots * self.scaling


def head_rows(loaded: LoadedModel, layer: int, head: int) -> np.ndarray:
    """A head's own rows of the layer's output matrix `c_proj`; shape (d_head, n_embd).

    Raises
    ------
    OutOfRange
        If there is no such layer or head.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_head(head, loaded.shape.n_head)
    c_proj = loaded.model.transformer.h[layer].attn.c_proj
    d_head = loaded.shape.d_head
    with align_module_device(c_proj):  # offloaded weights lie on `meta` until asked for
        return frozen(c_proj.weight[head * d_head : (head + 1) * d_head])


def head_steps(found: LayerAttention, rows: np.ndarray, head: int, query: int) -> HeadSteps:
    """Every step from the query's vector to what the head adds to the residual stream.

    Nothing here asks the model: another head of a layer costs what this costs.

    Parameters
    ----------
    rows : as `head_rows` gives them

    Raises
    ------
    OutOfRange
        If there is no such head or token.

    References
    ----------
    Vaswani et al. (2017), equation 1; Elhage et al. (2021), A Mathematical
    Framework for Transformer Circuits (a head's own rows of the output matrix).
    """
    check_head(head, len(found.q))
    q, k, v = (part[head] for part in (found.q, found.k, found.v))
    check_position(query, len(q))
    scores = found.scores(head, [query])[0]
    weights = _softmax(scores.copy())
    z = weights @ v
    return HeadSteps(
        found.layer,
        head,
        query,
        q[query],
        k,
        v,
        k @ q[query],
        found.scaling,
        scores,
        weights,
        z,
        z @ rows,
        weights * _lengths(v, rows),
        float(found.resid_norms[query]),
    )


def _lengths(v: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Length of what each value vector becomes behind `c_proj`; shape (n_ctx,)."""
    return np.linalg.norm(v @ rows, axis=-1)


@dataclass(frozen=True)
class Sink:
    """Why the first token gets so much weight.

    Attributes
    ----------
    weight : average weight on the first token, over the queries after it
    value_norm, other_norm : length of the first token's value vector, and the
        median length of the others'
    written : the first token's share of the length of what the head writes,
        averaged over the queries after it
    score_lead : how much higher the first token's score is than the median of the
        other visible ones, averaged (natural log units: e to this power times the weight)
    """

    weight: float
    value_norm: float
    other_norm: float
    written: float
    score_lead: float

    @property
    def factor(self) -> float:
        """How many times the weight of a median token the lead is worth."""
        return math.exp(min(self.score_lead, 700.0))


def sink(found: LayerAttention, rows: np.ndarray, head: int) -> Sink | None:
    """How a head uses the first token; None for a prompt of one token.

    Parameters
    ----------
    rows : as `head_rows` gives them

    References
    ----------
    Xiao et al. (2023), Efficient Streaming Language Models with Attention Sinks.
    """
    check_head(head, len(found.q))
    scores, v = found.scores(head), found.v[head]
    n = len(v)
    if n < 2:
        return None
    leads = [float(scores[i, 0] - _middle(scores[i, 1 : i + 1])) for i in range(1, n)]
    pattern = _softmax(scores)
    parts = pattern[1:] * _lengths(v, rows)
    norms = np.linalg.norm(v, axis=-1)
    return Sink(
        float(pattern[1:, 0].mean()),
        float(norms[0]),
        float(_middle(norms[1:])),
        float((parts[:, 0] / np.maximum(parts.sum(axis=-1), 1e-12)).mean()),
        float(np.mean(leads)),
    )


def _middle(values: np.ndarray) -> np.floating:
    """The median; of an even number of values the lower one of the two, as in PyTorch."""
    at = (len(values) - 1) // 2
    return np.partition(values, at)[at]


# --- all layers together --------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class AllLayers:
    """Every head of every layer in one matrix; each of shape (query, key).

    Attributes
    ----------
    rollout : half attention (mean over heads), half the token itself, multiplied
        through the layers; rows sum to one
    mean : average over all heads of all layers; rows sum to one
    largest : the largest weight any head gives; rows need not sum to one
    """

    rollout: np.ndarray
    mean: np.ndarray
    largest: np.ndarray


def all_layers(loaded: LoadedModel, trace: Trace) -> AllLayers:
    """Rollout, mean and maximum over heads and layers; a few heads in memory at a time.

    References
    ----------
    Abnar & Zuidema (2020), Quantifying Attention Flow in Transformers, section 3.
    """
    n = trace.n_ctx
    rollout, mean, largest = torch.eye(n), torch.zeros(n, n), torch.zeros(n, n)
    average = torch.empty(n, n)
    room = _room(loaded, n)
    for layer in range(loaded.shape.n_layer):
        q, k, _v = qkv(loaded, trace, layer)
        average.zero_()
        for some in _patterns(loaded, layer, q, k, room):
            for head in some.cpu():
                average += head
                torch.maximum(largest, head, out=largest)
        average /= loaded.shape.n_head
        mean += average
        average.diagonal().add_(1.0)
        average.mul_(0.5)
        # Nobody looks ahead, so a row needs none below it: from the last rows up in one place.
        for stop in range(n, 0, -_ROWS):
            rows = slice(max(0, stop - _ROWS), stop)
            rollout[rows] = average[rows, :stop] @ rollout[:stop]
    mean /= loaded.shape.n_layer
    return AllLayers(_handed_over(rollout), _handed_over(mean), _handed_over(largest))


# --- the fixed set --------------------------------------------------------------------------

#: Texts on which every head of every model is measured alike. Own words, made so that each
#: kind of head has something to do: repeated nonsense, names that return, lists, dialogue.
FIXED_SET = (
    "red seven lamp river stone cloud paper green red seven lamp river stone cloud paper green",
    "table moon bread horse window seven cold rope table moon bread horse window seven cold rope",
    "Mr. Hargrave met Mrs. Wimbleton at the market. Mr. Hargrave bowed, and Mrs. Wimbleton gave"
    " Mr. Hargrave an apple. Then Mrs. Wimbleton went home.",
    "Once there was an old king who had three sons. The first son was strong, the second son was"
    ' clever, and the third son was kind. The king said to them, "Go and find the bird."',
    "One, two, three, four, five; one, two, three, four, five. In 1901, in 1902, and in 1903, the"
    " river rose. In 1904 it did not.",
    '"Where have you been?" said the cat. "I have been to the sea," said the mouse. "What did'
    ' you see?" said the cat. "I saw the ships," said the mouse.',
    "Apples are red. Plums are blue. Lemons are yellow. Leaves are green. Apples are sweet. Plums"
    " are sweet. Lemons are sour. Leaves are not good to eat.",
)


def fixed_tallies(loaded: LoadedModel, text: str) -> tuple[Tally, ...]:
    """Measure every head on one text; one tally for each layer.

    Parameters
    ----------
    text : one of `FIXED_SET`; cut to the model's context
    """
    tokens = encode(loaded.tokenizer, text)[: loaded.shape.n_ctx]
    ids, pieces = tuple(t.id for t in tokens), tuple(t.piece for t in tokens)
    trace = Trace(loaded.key, ids, pieces, *capture(loaded, ids))
    kinds = token_kinds(pieces)
    return tuple(
        tally(layer_pattern(loaded, trace, layer), ids, kinds)
        for layer in range(loaded.shape.n_layer)
    )


# --- what the page says in words and formulas -----------------------------------------------


def keys_to_show(steps: HeadSteps, chosen: int, most: int = 12) -> tuple[list[int], int, float]:
    """The keys worth drawing for one query, in the order of the text.

    Returns
    -------
    positions : the first token, the chosen one, the query, the heaviest ones, and
        one token of the future if there is one, to show the mask
    left_out : how many visible keys are not among them
    weight : what those hold together
    """
    n, query = len(steps.weights), steps.query
    future = {query + 1} if query + 1 < n else set()
    heaviest = np.argsort(-steps.weights[: query + 1], kind="stable").tolist()
    wanted = list(dict.fromkeys([chosen, query, 0, *heaviest]))[: most - len(future)]
    left_out = query + 1 - len(wanted)
    rest = max(0.0, 1.0 - float(steps.weights[wanted].sum())) if left_out else 0.0
    return sorted({*wanted, *future}), left_out, rest


def formulas(steps: HeadSteps, key: int) -> str:
    """The arithmetic for one key in LaTeX, with the real numbers: dot product, scale, softmax."""
    i, d = steps.query, len(steps.q)
    terms = steps.q * steps.k[key]
    first = " ".join(f"{t:+.2f}" for t in terms[:3]).lstrip("+")
    dot = rf"q_{{{i}}} \cdot k_{{{key}}} = {first} + \dots = {steps.dots[key]:.2f}"
    factor = steps.scaling * math.sqrt(d)
    by = rf"\sqrt{{{d}}}" if abs(factor - 1) < 1e-6 else f"{1 / steps.scaling:.2f}"
    value = steps.dots[key] * steps.scaling
    scaled = rf"s_{{{key}}} = \dfrac{{{steps.dots[key]:.2f}}}{{{by}}} = {value:.2f}"
    if key > i:
        share = rf"s_{{{key}}} = -\infty \text{{ (the future)}},\quad e^{{-\infty}} = 0"
    else:
        # Against the largest score, as the machine does it: e to a large power overflows.
        top = float(steps.scores[: i + 1].max())
        powers = np.exp(steps.scores[: i + 1].astype(np.float64) - top)
        less = f"- {top:.2f}" if top >= 0 else f"+ {-top:.2f}"
        share = (
            rf"\dfrac{{e^{{{steps.scores[key]:.2f} {less}}}}}{{\sum_j e^{{s_j {less}}}}}"
            rf" = \dfrac{{{_power(powers[key])}}}{{{_power(powers.sum())}}}"
            rf" = {100 * steps.weights[key]:.1f}\%"
        )
    lines = r" \\[10pt] ".join("& " + line for line in (dot, scaled, share))
    return rf"\begin{{aligned}} {lines} \end{{aligned}}"


def _power(value: float) -> str:
    """A positive number in LaTeX with three digits."""
    if value >= 0.001:
        return f"{value:.3f}"
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits} \cdot 10^{{{int(exponent)}}}"


def products(steps: HeadSteps, key: int) -> np.ndarray:
    """q_i k_i for each dimension; shape (d_head,); they sum to q . k."""
    return steps.q * steps.k[key]


def length(vector: np.ndarray) -> float:
    """Euclidean length."""
    return float(np.linalg.norm(vector))


def window_around(query: int, key: int, n_ctx: int, most: int = 6) -> list[int]:
    """Positions of a small square that holds the query and, if it is near, the key."""
    size = min(most, n_ctx)
    last = min(n_ctx - 1, max(query, size - 1))
    first = last - size + 1
    if key < first and query - key < size:
        first = key
    return list(range(first, first + size))


def stage_matrices(
    found: LayerAttention, head: int, scaling: float, window: list[int]
) -> tuple[np.ndarray, ...]:
    """q . k, scaled, masked and softmax of one head; each of shape (window, window).

    The softmax was taken over all keys, not over the window alone.
    """
    dots = found.q[head][window] @ found.k[head][window].T
    masked = found.scores(head, window)
    return dots, dots * scaling, masked[:, window], _softmax(masked.copy())[:, window]


def pictures(made: Sequence[LayerSummary], fold: str) -> np.ndarray:
    """Small pictures of all heads; shape (n_layer, n_head, s, s); fold is "max" or "mean"."""
    return np.stack([s.largest if fold == "max" else s.average for s in made])


def strongest_key(found: LayerAttention, head: int, query: int) -> int:
    """Where a query looks most."""
    return int(found.scores(head, [query])[0].argmax())
