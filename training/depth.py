"""Loss of the same tokens with more and more text before them.

The loss by position of `training.evaluate` compares other tokens at each position: what stands
late in a window may be harder by itself. Here every token is read several times, in windows that
begin a part of their length apart, and only what was read at every depth counts.
"""

from __future__ import annotations

import itertools

import numpy as np

from core.engine.engine import Engine
from training.data import Source
from training.windows import window_losses

#: Depths that a token is read at.
PARTS = 4


def by_depth(losses: np.ndarray, starts: np.ndarray, edges: list[int]) -> np.ndarray:
    """The loss of each token at each depth; of those that were read at every one.

    Parameters
    ----------
    losses : shape (n_windows, length), nats
    starts : shape (n_windows,), the first token's index of each window
    edges : where the depths are divided, from 0 to `length`

    Returns
    -------
    shape (len(edges) - 1, n_tokens)
    """
    n_depths, length = len(edges) - 1, losses.shape[1]
    found = np.full((n_depths, int(starts.max()) + length), np.nan)
    for start, row in zip(starts.tolist(), losses, strict=True):
        for depth, (low, high) in enumerate(itertools.pairwise(edges)):
            found[depth, start + low : start + high] = row[low:high]
    return found[:, ~np.isnan(found).any(axis=0)]


def depth_losses(engine: Engine, sources: list[Source], limit: int) -> dict[str, float]:
    """Mean loss of the sources' tokens by how many stand before them in the window, nats.

    Parameters
    ----------
    limit : validation tokens of each source
    """
    length = engine.shape.n_ctx - 1
    step = -(-length // PARTS)
    edges = [*range(0, length, step), length]
    found = []
    for source in sources:
        if len(source.valid) < 2 * length + 2:
            continue
        losses, starts = window_losses(engine, source.valid, length, limit, step)
        found.append(by_depth(losses, starts, edges))
    means = np.concatenate(found, axis=1).mean(axis=1) if found else np.full(PARTS, np.nan)
    spans = itertools.pairwise(edges)
    return {
        f"{low + 1}-{high}": float(mean) for (low, high), mean in zip(spans, means, strict=True)
    }
