"""The line that a draw falls on: tokens laid end to end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import altair as alt
import numpy as np

from core.charts.drawing import width_of
from core.charts.figure import Figure, rows, structure
from core.charts.theme import ACCENT, BLUE, FONT_SIZE, MONOSPACE, axis
from core.language import _

_LIGHTER = "#3E93C4"  # every other piece
#: Pixels of a label: one column of its face, and the height of its line.
_COLUMN, _LINE = 8.5, 17
_ACROSS = alt.Scale(domain=[0, 1], nice=False)


def cumulative_line(
    labels: Sequence[str],
    starts: np.ndarray,
    ends: np.ndarray,
    u: float | None,
    hit: int | None,
) -> Figure:
    """Tokens laid end to end from 0 to 1, and where the random number fell.

    Parameters
    ----------
    labels : one per piece
    starts, ends : shape (n,), in [0, 1]
    u : the random number, or None
    hit : index of the piece to mark, or None
    """
    kinds = ["even" if i % 2 == 0 else "odd" for i in range(len(labels))]
    if hit is not None:
        kinds[hit] = "hit"
    pieces = {
        "token": labels,
        "start": starts,
        "end": ends,
        "middle": (starts + ends) / 2,
        "width": ends - starts,
        "kind": kinds,
        "long": [_COLUMN * width_of(text) for text in labels],
        "low": np.zeros(len(labels)),
        "high": np.full(len(labels), 0.72),
    }
    if u is None:
        return _line(None).fill({"rows": pieces})
    needle = {"u": [u], "low": [0.0], "high": [0.84], "text": [f"{u:.4f}"]}
    return _line("right" if u < 0.5 else "left").fill({"rows": pieces, "needle": needle})


@structure
def _line(number_on_the: Literal["left", "right"] | None) -> alt.LayerChart:
    layers = [_pieces(), _names()]
    if number_on_the is not None:
        layers += _needle(number_on_the)
    return alt.layer(*layers).properties(height=170)


def _pieces() -> alt.Chart:
    return (
        alt.Chart(rows())
        .mark_rect(stroke="white", strokeWidth=0.6)
        .encode(
            x=alt.X(
                "start:Q",
                scale=_ACROSS,
                axis=axis(
                    _("tokens end to end, each as long as its probability"),
                    values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", grid=False,
                ),
            ),
            x2="end:Q",
            y=alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[0, 1])),
            y2=alt.Y2("high"),
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=["even", "odd", "hit"], range=[BLUE, _LIGHTER, ACCENT]),
                legend=None,
            ),
            tooltip=_tips(),
        )
    )  # fmt: skip


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("token:N", title=" "),
        alt.Tooltip("start:Q", title=_("from"), format=".4f"),
        alt.Tooltip("end:Q", title=_("to"), format=".4f"),
        alt.Tooltip("width:Q", title="p", format=".2%"),
    ]


def _names() -> alt.Chart:
    # A label is as long as its characters, however wide the browser draws the line: in a piece that
    # is narrower it stands upright, and where that does not fit either, pointing tells it.
    fits = "datum.width * width >= datum.long + 4"
    upright = f"datum.width * width >= {_LINE} && datum.long <= 0.7 * height"
    return (
        alt.Chart(rows())
        .mark_text(
            font=MONOSPACE,
            fontSize=FONT_SIZE,
            color="white",
            fontWeight="bold",
            opacity={"expr": f"{fits} || {upright} ? 1 : 0"},
            angle={"expr": f"{fits} ? 0 : 270"},
        )
        .encode(x=alt.X("middle:Q"), y=alt.datum(0.36), text="token:N", tooltip=_tips())
    )


def _needle(number_on_the: Literal["left", "right"]) -> list[alt.Chart]:
    """Where the random number fell, and the number on that side of it."""
    base = alt.Chart(rows("needle")).encode(x=alt.X("u:Q", scale=_ACROSS))
    right = number_on_the == "right"
    number = base.mark_text(
        color=ACCENT,
        fontSize=FONT_SIZE + 1,
        fontWeight="bold",
        baseline="bottom",
        align="left" if right else "right",
        dx=5 if right else -5,
    )
    return [
        base.mark_rule(color=ACCENT, strokeWidth=3).encode(y=alt.Y("low:Q"), y2="high:Q"),
        number.encode(y=alt.Y("high:Q"), text="text:N"),
    ]
