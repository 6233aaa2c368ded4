"""A pattern's cells on their way to the browser, and the weight that gets the darkest colour."""

from __future__ import annotations

import numpy as np

#: Up to this many tokens the browser gets float32; above, half the bytes.
EXACT_UP_TO = 256


def triangle(pattern: np.ndarray) -> np.ndarray:
    """The lower triangle of a pattern, row after row.

    Parameters
    ----------
    pattern : shape (query, key)

    Returns
    -------
    shape (n (n + 1) / 2,)
        float32 or, of more than `EXACT_UP_TO` tokens, ``65535 sqrt(weight)`` as uint16:
        1,024 tokens are 1.05 MB that way, and a weight is within 0.002 % of one of what it
        was, a small one nearer. A weight that is not zero stays so.
    """
    cells = pattern[np.tri(len(pattern), dtype=bool)]
    if len(pattern) <= EXACT_UP_TO:
        return cells.astype(np.float32)
    roots = np.rint(65535 * np.sqrt(np.clip(cells, 0, 1)))
    return np.maximum(roots, cells > 0).astype(np.uint16)


def shades(pictures: np.ndarray) -> np.ndarray:
    """Small pictures of weights as uint8, 255 for a weight of one; the same shape."""
    return np.rint(np.clip(pictures, 0, 1) * 255).astype(np.uint8)


def brightest(pattern: np.ndarray) -> float:
    """The weight that should have the darkest colour; larger ones share it.

    The first queries have few keys, so their weights are large whatever the head
    does; they would wash out the rest, and do not count here.
    """
    late = pattern[max(1, len(pattern) // 4) :]
    return float(late.max()) if late.size else 1.0
