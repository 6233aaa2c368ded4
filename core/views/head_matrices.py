"""The four matrices of one head, over a few neighbouring tokens."""

from __future__ import annotations

import numpy as np

from core.views.attention import LayerAttention
from core.views.softmax import softmax


def window_around(query: int, key: int, n_ctx: int, most: int = 6) -> list[int]:
    """Positions of a small square that holds the query and, if it is near, the key."""
    size = min(most, n_ctx)
    last = min(n_ctx - 1, max(query, size - 1))
    first = last - size + 1
    if key < first and query - key < size:
        first = key
    return list(range(first, first + size))


def stage_matrices(found: LayerAttention, head: int, window: list[int]) -> tuple[np.ndarray, ...]:
    """q . k, scaled, masked and softmax of one head; each of shape (window, window).

    The softmax was taken over all keys, not over the window alone.
    """
    dots = found.q[head][window] @ found.k[head][window].T
    scores = found.scores(head, window)
    return dots, dots * found.scaling, scores[:, window], softmax(scores)[:, window]
