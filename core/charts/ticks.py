"""Round numbers along an axis."""

from __future__ import annotations


def ticks(n: int) -> list[int]:
    """Round numbers along an axis of `n` cells, five to nine of them."""
    step = next(s for s in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) if n <= 8 * s or s == 1024)
    return list(range(0, n, step))
