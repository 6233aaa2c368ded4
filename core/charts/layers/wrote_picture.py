"""Who wrote a logit, to take away: the bars above the heads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts.drawing import Drawing, hexed, ink_on
from core.charts.layers.wrote import Bar, groups_and_kinds
from core.charts.theme import CATEGORIES, INK_LIGHT, ramp
from core.language import _
from core.numbers import bare, signed

#: In pixels: where bars and cells begin, their width, the height of the bars and of a cell.
_LEFT, _WIDE, _HIGH, _CELL = 80, 56, 260, 26
_GRID = "#DDD8EA"


def attribution_picture(bars: Sequence[Bar], heads: np.ndarray, title: str, unit: str) -> Drawing:
    """The bars of `attribution_bars` above the cells of `heads_heat`, to take away.

    Parameters
    ----------
    bars : as `attribution_parts` returns them
    heads : shape (n_layer, n_head)
    title : which logit or difference, one line
    unit : of the values
    """
    groups, _kinds = groups_and_kinds(bars)
    n_layer, n_head = heads.shape
    width = _LEFT + max(len(groups) * _WIDE, n_head * _WIDE, 672) + 16
    drawing = Drawing(width, _HIGH + 170 + n_layer * _CELL, title)
    drawing.words(12, 20, title, size=16, bold=True, most=width // 9)
    _draw_bars(drawing, bars, unit)
    _draw_heads(drawing, heads, _HIGH + 150)
    return drawing


def _draw_bars(drawing: Drawing, bars: Sequence[Bar], unit: str) -> None:
    groups, kinds = groups_and_kinds(bars)
    for i, kind in enumerate(kinds):
        drawing.box(_LEFT + i * 112, 42, 14, 14, CATEGORIES[i])
        drawing.words(_LEFT + i * 112 + 20, 49, kind)
    low = min(0.0, *(value for *_names, value in bars))
    room = max(max(value for *_names, value in bars) - low, 1e-9)
    zero, end = 80 + _HIGH * (room + low) / room, _LEFT + len(groups) * _WIDE
    for tick in _ticks(low, low + room):
        y = zero - _HIGH * tick / room
        drawing.line(_LEFT, y, end, y, INK_LIGHT if tick == 0 else _GRID)
        drawing.words(_LEFT - 8, y, bare(tick), anchor="end", size=14)
    for group, slot, kind, value in bars:
        length = _HIGH * value / room
        x = _LEFT + groups.index(group) * _WIDE + (24 if slot == "b" else 2)
        colour = CATEGORIES[kinds.index(kind)]
        note = f"{group}, {kind}: {signed(value, 4)}"
        drawing.box(x, min(zero, zero - length), 20, abs(length), colour, note=note)
    drawing.line(_LEFT, zero, end, zero)
    drawing.words(12, 70, unit)
    for i, group in enumerate(groups):
        drawing.words(_LEFT + i * _WIDE + 23, _HIGH + 98, group, anchor="middle", size=14)


def _draw_heads(drawing: Drawing, heads: np.ndarray, top: float) -> None:
    bound = max(float(np.abs(heads).max()), 1e-9)
    drawing.words(12, top - 14, _("head"))
    for head in range(heads.shape[1]):
        drawing.words(_LEFT + head * _WIDE + 26, top - 14, str(head), anchor="middle")
    for layer, values in enumerate(heads):
        y = top + layer * _CELL
        drawing.words(_LEFT - 8, y + 12, f"L{layer}", anchor="end")
        for head, value in enumerate(values):
            colour = ramp(np.array(value / bound), dark=False, signed=True)
            x, ink = _LEFT + head * _WIDE, ink_on(colour)
            drawing.box(x, y, _WIDE - 3, _CELL - 3, hexed(colour))
            drawing.words(x + 26, y + 12, signed(value), anchor="middle", size=14, ink=ink)


def _ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from `low` to `high`, zero among them if it lies between."""
    size = 10.0 ** np.floor(np.log10((high - low) / most))
    step = next(size * n for n in (1, 2, 5, 10) if (high - low) / (size * n) <= most)
    return [float(step * n) for n in range(int(np.ceil(low / step)), int(high / step) + 1)]
