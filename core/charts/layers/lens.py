"""The lens grid: what every layer would answer at every token of a window."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.charts.drawing import Drawing, hexed, ink_on
from core.charts.theme import ACCENT, ramp
from core.language import _
from core.numbers import Number, count, percent, percents

Names = Sequence[str]
#: Of the picture to take away, in pixels: where the cells begin, and how big they are.
_LEFT, _TOP, _WIDE, _HIGH = 100, 88, 92, 30


def row_names(n_layer: int) -> list[str]:
    """Names of the lens's rows, top to bottom: the embedding, then what leaves each layer."""
    return [_("embedding"), *(_("after L{layer}").format(layer=i) for i in range(n_layer))]


@dataclass(frozen=True, eq=False)
class Watch:
    """A word followed through the grid: its name, probabilities and ranks, (row, column)."""

    name: str
    probs: np.ndarray
    ranks: np.ndarray
    n_vocab: int


def lens_cells(
    start: int,
    tokens: Names,
    top_names: Sequence[Sequence[Names]],
    top_probs: np.ndarray,
    entropy: np.ndarray,
    settled: np.ndarray,
    chosen: int,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """What the lens grid draws.

    Parameters
    ----------
    start : position of the first column
    tokens : of the columns
    top_names : (row, column, top) names of the likeliest tokens
    top_probs : shape (row, column, top)
    entropy : shape (row, column), bits
    settled : shape (column,), first row from which the top token is the final one
    chosen : position of the followed token; it may lie outside the window
    watch : write and colour by this word's rank instead of the top token's probability
    """
    n_rows, n_columns = entropy.shape
    cell = _answers(top_names, top_probs, entropy, settled) if watch is None else _ranks(watch)

    def likely(r: int, c: int) -> dict[str, Any]:
        probs = top_probs[r, c].tolist()
        parts = zip(top_names[r][c], probs, percents(probs), strict=True)
        return {"k": [[name, round(p, 3), text] for name, p, text in parts]}

    return {
        "columns": [{"n": start + c, "t": token} for c, token in enumerate(tokens)],
        "rows": row_names(n_rows - 1),
        "cells": [[cell(r, c) | likely(r, c) for c in range(n_columns)] for r in range(n_rows)],
        "chosen": chosen - start if start <= chosen < start + n_columns else -1,
        "corner": _("read"),
        "place": _("{row}, token {n} “{token}”:"),
    }


Cell = Callable[[int, int], dict[str, Any]]


def _answers(
    names: Sequence[Sequence[Names]], probs: np.ndarray, entropy: np.ndarray, settled: np.ndarray
) -> Cell:
    """Cells that show the likeliest token: text, colour, words, and where it is the final one."""

    def cell(r: int, c: int) -> dict[str, Any]:
        name = names[r][c][0]
        return {
            "t": name,
            "v": round(float(probs[r, c, 0]), 3),
            "w": _("undecided by {bits:.1f} bits").format(bits=Number(entropy[r, c])),
            "f": bool(name == names[-1][c][0] and r >= settled[c]),
            "s": bool(r == settled[c]),
        }

    return cell


def _ranks(watch: Watch) -> Cell:
    """Cells that show the rank of a word; none is marked as the final one."""
    # The first of all ranks has the strongest colour, the last one none.
    shades = 1 - np.log(watch.ranks) / np.log(watch.n_vocab)
    words = _("“{name}” is number {rank} with {p}")

    def cell(r: int, c: int) -> dict[str, Any]:
        rank = count(int(watch.ranks[r, c]))
        told = words.format(name=watch.name, rank=rank, p=percent(float(watch.probs[r, c])))
        return {"t": rank, "v": round(float(shades[r, c]), 3), "w": told, "f": False, "s": False}

    return cell


def lens_picture(cells: dict[str, Any], title: str) -> Drawing:
    """The lens grid to take away.

    Parameters
    ----------
    cells : as `lens_cells` returns them
    title : what the grid shows, one line
    """
    columns, rows = cells["columns"], cells["rows"]
    width = _LEFT + max(len(columns), 5) * _WIDE + 16
    drawing = Drawing(width, _TOP + len(rows) * _HIGH + 16, title)
    drawing.words(12, 20, title, size=16, bold=True, most=width // 9)
    for c, column in enumerate(columns):
        middle = _LEFT + (c + 0.5) * _WIDE
        drawing.words(middle, 50, str(column["n"]), anchor="middle")
        drawing.words(middle, 70, column["t"], anchor="middle", mono=True, bold=True, most=9)
        if c == cells["chosen"]:
            drawing.box(_LEFT + c * _WIDE, 82, _WIDE - 4, 3, ACCENT)
    for r, name in enumerate(rows):
        drawing.words(_LEFT - 8, _TOP + (r + 0.5) * _HIGH, name, anchor="end")
        for c, cell in enumerate(cells["cells"][r]):
            note = f"{name}, {columns[c]['t']}: {cell['t']}, {cell['w']}"
            _draw(drawing, cell, _LEFT + c * _WIDE, _TOP + r * _HIGH, note)
    return drawing


def _draw(drawing: Drawing, cell: dict[str, Any], x: float, y: float, note: str) -> None:
    colour = ramp(np.array(cell["v"]), dark=False)
    ink = ink_on(colour)
    drawing.box(x, y, _WIDE - 4, _HIGH - 4, hexed(colour), note=note)
    if cell["s"]:  # a mark in the corner, in the cell's own ink: an outline is lost on a dark cell
        drawing.box(x + _WIDE - 14, y + 2, 8, 8, ink)
    x, y = x + (_WIDE - 4) / 2, y + (_HIGH - 4) / 2
    drawing.words(x, y, cell["t"], anchor="middle", ink=ink, mono=True, bold=cell["f"], most=9)
