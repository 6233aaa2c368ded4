"""The tokens nearest to a token or to a sum of words, as bars."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, FONT_SIZE, axis, token_axis
from core.language import _
from core.numbers import decimal


def nearest_bars(labels: Sequence[str], values: np.ndarray, title: str) -> Figure:
    """Ranked tokens as bars, each with its number.

    Parameters
    ----------
    labels : length n, best first
    values : shape (n,)
    title : of the value axis
    """
    numbers = values.tolist()
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    room = 0.22 * (high - low or 1.0)
    columns = {
        "token": [f"{rank}  {text}" for rank, text in enumerate(labels, start=1)],
        "value": numbers,
        "number": [decimal(v, 3 if abs(v) < 100 else 0) for v in numbers],
    }
    return _bars(title).fill(
        {"rows": columns},
        height=27 * len(labels) + 40,
        domain=[low - (room if low < 0 else 0), high + room],
    )


@structure
def _bars(title: str) -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        y=alt.Y("token:N", sort=None, axis=token_axis(labelLimit=260)),
        x=alt.X(
            "value:Q", scale=alt.Scale(domain=slot("domain"), nice=False), axis=axis(title)
        ),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("value:Q", title=title, format=".6~g"),
        ],
    )  # fmt: skip
    bars = base.mark_bar(color=BLUE, height=18)
    numbers = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(text="number:N")
    return alt.layer(bars, numbers)
