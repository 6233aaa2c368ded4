"""A matrix as a picture that can be pointed at: strips, maps of positions, changes by layer.

Drawn on a canvas, because a million cells are too many for marks. The values
travel as bytes, so what is read off by pointing is the number that was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pages.components.shared.declare import component
from pages.components.shared.pick import unwatched
from pages.components.shared.wire import pack

_component = component(Path(__file__).parent)


@dataclass(frozen=True, eq=False, kw_only=True)
class Matrix:
    """Matrices of one shape, drawn under each other, columns aligned, on one colour scale.

    Attributes
    ----------
    blocks : each of shape (n_rows, n_columns), float32; or uint8, which stands for
        (value + 1) * 100 and makes a million cosines 1 MB instead of 4
    titles : one for each block; may be empty
    say : the sentence for the cell that is pointed at; ``{row}``, ``{col}``, ``{v0}``, ``{v1}``
        ... stand for the labels and the blocks' values, ``{p0}`` for a value in per cent
    axis : what the columns are
    alt : the figure in words, for screen readers
    bound : value of the strongest colour
    signed : blue to orange around zero, else one hue from zero
    hint : what the line below says while nothing is pointed at
    rows, columns : labels; None means numbers, and a square picture if rows is None
    ticks : numbers of the columns to name where they have no labels
    chosen : cell that is marked while nothing is pointed at; a column of -1 marks none
    marked : columns whose labels stand out
    row_height : in pixels
    digits : of a value, after the point
    """

    blocks: Sequence[np.ndarray]
    titles: Sequence[str] = ("",)
    say: str
    axis: str
    alt: str
    bound: float
    signed: bool = True
    hint: str = ""
    rows: Sequence[str] | None = None
    columns: Sequence[str] | None = None
    ticks: Sequence[int] = ()
    chosen: tuple[int, int] = (-1, -1)
    marked: Sequence[int] = ()
    row_height: int = 18
    digits: int = 4


def matrix_view(matrix: Matrix, *, key: str, on_pick: Callable[[], None] | None = None) -> None:
    """Draw matrices.

    Parameters
    ----------
    key : unique on the page
    on_pick : called when a cell is clicked, before the page runs; it asks `picked` for the row
        and the column
    """
    head = _head(matrix) | {"pick": on_pick is not None}
    _component(key=key, data=pack(head, *matrix.blocks), on_pick_change=on_pick or unwatched)


def _head(matrix: Matrix) -> dict[str, Any]:
    n_rows, n_columns = matrix.blocks[0].shape
    rows = matrix.rows
    return {
        "rows": n_rows,
        "columns": n_columns,
        "titles": list(matrix.titles),
        "bound": max(float(matrix.bound), 1e-12),
        "signed": matrix.signed,
        "digits": matrix.digits,
        "rowLabels": None if rows is None else list(rows),
        "columnLabels": None if matrix.columns is None else list(matrix.columns),
        "ticks": list(matrix.ticks),
        "square": rows is None,
        "rowHeight": matrix.row_height,
        "room": 0 if rows is None else min(15, max(map(len, rows))),
        "chosen": list(matrix.chosen),
        "marked": list(matrix.marked),
        "say": matrix.say,
        "hint": matrix.hint,
        "axis": matrix.axis,
        "alt": matrix.alt,
    }
