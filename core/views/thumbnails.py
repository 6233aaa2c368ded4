"""All heads at a glance: a small picture of each pattern, and what kind of looking it does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from core.compiled import compiled
from core.model.bounds import check_layer
from core.model.loaded import LoadedModel
from core.views.arrays import handed_over, tensor
from core.views.attention import qkv, qkv_of, scaling_of, weights_of
from core.views.attention_frugal import buffer, patterns, patterns_of
from core.views.head_kinds import kind_masks, token_kinds
from core.views.head_scores import SHORT, Tally, counts_of, side_by_side, tally
from core.views.products import weights_are_here
from core.views.trace import Trace

#: Small pictures of a pattern are at most this many cells wide.
THUMBNAIL = 32


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
    total = _folded(np.add, pattern, size)
    return _folded(np.maximum, pattern, size), total / _covered(n, size)


def _folded(how: np.ufunc, cells: np.ndarray, size: int) -> np.ndarray:
    """Rows and columns put together by `how` until there are `size` of each."""
    starts = np.linspace(0, cells.shape[-1], size, endpoint=False).astype(int)
    return how.reduceat(how.reduceat(cells, starts, axis=-1), starts, axis=-2)


@lru_cache(maxsize=32)
def _covered(n: int, size: int) -> np.ndarray:
    """Cells that are not the future under each cell of a `pooled` picture; (size, size)."""
    past = np.tri(n, dtype=np.float32)
    return np.maximum(_folded(np.add, past, size), 1.0)  # all-future ones are divided by it, too


@dataclass(frozen=True, eq=False)
class LayerSummary:
    """What the grid of all heads needs of one layer, small enough to keep.

    Attributes
    ----------
    largest, average : shape (n_head, s, s); see `pooled`
    tally : see `core.views.head_scores.Tally`
    """

    largest: np.ndarray
    average: np.ndarray
    tally: Tally


def layer_summary(loaded: LoadedModel, trace: Trace, layer: int) -> LayerSummary:
    """Small pictures and head scores of one layer; the full patterns are let go."""
    if trace.n_ctx <= SHORT and weights_are_here():
        return _of_short_text(loaded, trace, layer)
    q, k, _v = qkv(loaded, trace, layer)
    masks = _masks(trace.token_ids, trace.pieces)
    made = []
    for some in patterns(loaded, layer, q, k, buffer(loaded, trace.n_ctx)):
        pattern = some.numpy(force=True)
        largest, average = pooled(pattern)
        # The next heads are written over these; small pictures of a short text are the whole.
        made.append((largest.copy(), average.copy(), tally(pattern, masks)))
    largest, average, tallies = zip(*made, strict=True)
    return LayerSummary(np.concatenate(largest), np.concatenate(average), side_by_side(tallies))


@lru_cache(maxsize=2)
def _masks(token_ids: tuple[int, ...], pieces: tuple[str, ...]) -> dict[str, np.ndarray]:
    """Of a text, for all of its layers."""
    return kind_masks(token_ids, token_kinds(pieces))


def _of_short_text(loaded: LoadedModel, trace: Trace, layer: int) -> LayerSummary:
    """`layer_summary`, all heads at once in one program: what a class asks for together."""
    check_layer(layer, loaded.shape.n_layer)
    masks, even, queries = _asked_of(trace.token_ids, trace.pieces)
    weights, eps = weights_of(loaded, layer)
    pattern, shares = compiled(_at_a_glance)(
        tensor(loaded, trace.resid[layer]), weights, eps, loaded.shape.n_head,
        scaling_of(loaded, layer), masks,
    )  # fmt: skip
    made = Tally(dict(zip(even, shares.numpy(), strict=True)), even, queries)
    return LayerSummary(*pooled(handed_over(pattern)), made)


@lru_cache(maxsize=32)
def _asked_of(
    token_ids: tuple[int, ...], pieces: tuple[str, ...]
) -> tuple[torch.Tensor, dict[str, float], dict[str, int]]:
    """The masks of a short text, shape (kinds, query * key), and its `counts_of` by kind."""
    masks = kind_masks(token_ids, token_kinds(pieces))
    return torch.from_numpy(np.stack(list(masks.values()))).flatten(1), *counts_of(masks)


def _at_a_glance(
    rows: torch.Tensor, weights: list[torch.Tensor], eps: float, n_head: int, scaling: float,
    masks: torch.Tensor,
) -> tuple[torch.Tensor, torch.Tensor]:  # fmt: skip
    """The patterns of all heads of a layer, and their sums over each mask, in float64."""
    q, k, _v = qkv_of(rows, weights, eps, n_head)
    n_ctx = rows.shape[0]
    future = torch.ones([n_ctx, n_ctx], dtype=torch.bool).triu_(1)
    pattern = patterns_of(q, k, 0, scaling, future, torch.empty([n_head, n_ctx, n_ctx]))
    return pattern, masks.double() @ pattern.flatten(1).double().t()


def pictures(made: Sequence[LayerSummary], fold: str) -> np.ndarray:
    """Small pictures of all heads; shape (n_layer, n_head, s, s); fold is "max" or "mean"."""
    return np.stack([s.largest if fold == "max" else s.average for s in made])
