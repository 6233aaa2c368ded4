"""How much work a grid of patches is, and in which pieces others get their turn in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from core.model.shape import Shape

C = TypeVar("C")
#: Operations of a piece of work: a quarter of a second or so on a laptop's processor.
PIECE = 3e10
#: Rows that a piece has at least where it goes through all layers: with fewer, most of its time
#: is spent on reading the weights (34 s instead of 22 for a grid of 16 tokens at Large's shape).
ROWS = 64
#: Operations from which a grid is asked for, not measured by itself: some two seconds.
LONG = 2e11


def work_of(layer: int, n_rows: int, shape: Shape) -> float:
    """Operations that so many rows cost from a layer on: about two per weight of a block."""
    return max(shape.n_layer - layer, 0) * n_rows * 24.0 * shape.n_embd**2


def piece_of(shape: Shape) -> float:
    """Operations of a piece of work for a model of this shape."""
    return max(PIECE, work_of(0, ROWS, shape))


def pieces_of(cells: Sequence[C], work: Callable[[C], float], piece: float) -> list[tuple[C, ...]]:
    """Cells cut, in their order, into pieces of about so many operations."""
    made: list[list[C]] = []
    spent = piece
    for cell in cells:
        if spent >= piece:
            made.append([])
            spent = 0.0
        made[-1].append(cell)
        spent += work(cell)
    return [tuple(piece) for piece in made]


def seconds(cells: Sequence[C], work: Callable[[C], float]) -> float:
    """About how long a processor of two cores works on it: 10^11 operations a second."""
    return sum(map(work, cells)) / 1e11


def is_long(cells: Sequence[C], work: Callable[[C], float]) -> bool:
    """Whether a grid would keep a laptop busy for more than some two seconds."""
    return sum(map(work, cells)) > LONG
