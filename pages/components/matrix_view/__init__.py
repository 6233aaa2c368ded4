"""A matrix as a picture that can be pointed at: strips, maps of positions, changes by layer.

Drawn on a canvas, because a million cells are too many for marks. The values
travel as bytes, so what is read off by pointing is the number that was sent.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import streamlit as st

from core.charts import theme

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "matrix_view",
    html='<div class="matrix"></div><div class="note" role="status"></div>',
    css=(_HERE / "matrix_view.css").read_text(encoding="utf-8"),
    js=(_HERE / "matrix_view.js").read_text(encoding="utf-8"),
)


def matrix_view(
    blocks: Sequence[np.ndarray],
    *,
    key: str,
    titles: Sequence[str],
    say: str,
    axis: str,
    alt: str,
    bound: float,
    signed: bool = True,
    hint: str = "",
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    ticks: Sequence[int] = (),
    chosen: tuple[int, int] = (-1, -1),
    marked: Sequence[int] = (),
    row_height: int = 18,
    digits: int = 4,
    selectable: bool = False,
) -> None:
    """Draw matrices of one shape under each other, columns aligned, on one colour scale.

    Parameters
    ----------
    blocks : each of shape (n_rows, n_columns), float32; or uint8, which stands for
        (value + 1) * 100 and makes a million cosines 1 MB instead of 4
    key : unique on the page
    titles : one for each block; may be empty
    say : the sentence for the cell that is pointed at; ``{row}``, ``{col}``, ``{v0}``, ``{v1}``
        ... stand for the labels and the blocks' values, ``{p0}`` for a value in per cent
    axis : what the columns are
    alt : the figure in words, for screen readers
    bound : value of the strongest colour
    signed : blue to orange around zero, else one hue from zero
    rows, columns : labels; None means numbers, and a square picture if rows is None
    ticks : numbers of the columns to name where they have no labels
    chosen : cell that is marked while nothing is pointed at; a column of -1 marks none
    marked : columns whose labels stand out
    selectable : whether a click chooses a cell, to be asked for with `picked_cell`
    """
    n_rows, n_columns = blocks[0].shape
    coarse = blocks[0].dtype == np.uint8
    light = theme.DIVERGING_LIGHT if signed else theme.SEQUENTIAL_LIGHT
    dark = theme.DIVERGING_DARK if signed else theme.SEQUENTIAL_DARK
    head = {
        "rows": n_rows,
        "cols": n_columns,
        "blocks": list(titles),
        "type": "u1" if coarse else "f4",
        "low": -1.0,
        "step": 0.01,
        "bound": max(float(bound), 1e-12),
        "signed": signed,
        "plus": signed,
        "digits": digits,
        "light": light,
        "dark": dark,
        "rowLabels": None if rows is None else list(rows),
        "colLabels": None if columns is None else list(columns),
        "ticks": list(ticks),
        "square": rows is None,
        "rowHeight": row_height,
        "room": 0 if rows is None else min(15, max(map(len, rows))),
        "chosen": list(chosen),
        "marked": list(marked),
        "say": say,
        "hint": hint,
        "axis": axis,
        "alt": alt,
        "pick": selectable,
    }
    text = json.dumps(head).encode()
    filler = b"\0" * (-len(text) % 4)
    kind = "u1" if coarse else "<f4"
    payload = b"".join(np.ascontiguousarray(block, dtype=kind).tobytes() for block in blocks)
    data = struct.pack("<I", len(text)) + text + filler + payload
    _component(key=key, data=data, on_pick_change=_nothing)


def picked_cell(key: str) -> tuple[int, int] | None:
    """The (row, column) that was clicked in a picture just before this run; else None."""
    picked = getattr(st.session_state.get(key), "pick", None)
    if not isinstance(picked, list | tuple) or len(picked) != 2:
        return None
    row, column = (int(number) for number in picked)
    return (row, column) if row >= 0 and column >= 0 else None


def _nothing() -> None:
    """Streamlit names a component's triggers after its callbacks; `picked_cell` reads it."""
