"""Numbers in cells: how they are written, and how they fit."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import altair as alt

from core.charts.theme import FONT_SIZE
from core.numbers import Number


def written(value: float, signed: bool) -> str:
    """A value as a cell shows it; −∞ is what a mask leaves."""
    if not math.isfinite(value):
        return "−∞"
    if signed:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return f"{Number(value):.{digits}f}"
    return f"{100 * value:.0f}%" if value >= 0.005 else "~0"


def names_of(labels: Sequence[str], positions: Sequence[int]) -> list[str]:
    """Tokens with their positions in front: two can look alike."""
    return [f"{i} {text}" for text, i in zip(labels, positions, strict=True)]


def numbers(data: alt.NamedData, **encoding: Any) -> alt.Chart:
    """The numbers in the cells.

    In cells that are too narrow for them they stand upright, and only where even a line of text
    would cover the next one they are left out; pointing tells them anyway.
    """
    return (
        alt.Chart(data)
        .mark_text(
            fontSize=FONT_SIZE,
            angle=alt.ExprRef("bandwidth('x') < 7.6 * length(datum.text) + 1 ? 270 : 0"),
            opacity=alt.ExprRef("bandwidth('x') < 15 ? 0 : 1"),
        )
        .encode(text="text:N", **encoding)
    )
