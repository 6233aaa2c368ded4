"""What the model knows of positions: the rows of `wpe` beside each other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.principal_axes import principal_axes
from core.views.trace import frozen
from core.views.vectors import unit
from core.views.wte import weight_of


def wpe_rows(loaded: LoadedModel) -> np.ndarray:
    """The position matrix: (n_ctx, n_embd)."""
    with weight_of(loaded.model.transformer.wpe) as weight:
        return frozen(weight)


@dataclass(frozen=True, eq=False)
class PositionSimilarity:
    """How alike positions are.

    Attributes
    ----------
    cosine : shape (n_ctx, n_ctx)
    coarse : shape (n_ctx, n_ctx), uint8; (cosine + 1) * 100, rounded: a million cosines in 1 MB
    by_distance : shape (n_ctx,); mean cosine of positions that are 0, 1, 2, ... apart
    """

    cosine: np.ndarray
    coarse: np.ndarray
    by_distance: np.ndarray

    def apart(self, distance: int) -> float:
        """Mean cosine of positions so far apart, or as far as there are."""
        return float(self.by_distance[min(distance, len(self.by_distance) - 1)])


def position_similarity(loaded: LoadedModel) -> PositionSimilarity:
    """Cosines of every two rows of `wpe`."""
    rows = unit(wpe_rows(loaded))
    cosine = np.clip(rows @ rows.T, -1.0, 1.0)
    means = np.array([cosine.diagonal(apart).mean() for apart in range(len(cosine))])
    return PositionSimilarity(
        read_only(cosine), read_only(np.rint((cosine + 1) * 100), np.uint8), read_only(means)
    )


def position_norms(loaded: LoadedModel) -> np.ndarray:
    """Length of every row of `wpe`: (n_ctx,)."""
    return read_only(np.linalg.norm(wpe_rows(loaded), axis=1))


@dataclass(frozen=True, eq=False)
class PositionMap:
    """Positions on the three axes along which they differ most.

    Attributes
    ----------
    points : shape (n_ctx, 3)
    explained : shape (3,)
    """

    points: np.ndarray
    explained: np.ndarray


def position_map(loaded: LoadedModel) -> PositionMap:
    """PCA of the rows of `wpe`."""
    rows = wpe_rows(loaded)
    axes = principal_axes(rows, 3)
    return PositionMap(axes.place(rows), axes.explained)
