"""Probabilities of the next token as bars."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, FONT_SIZE, MONOSPACE
from core.language import _


def next_token_bars(labels: Sequence[str], probs: Sequence[float]) -> Figure:
    """Probabilities of the next token as bars.

    Parameters
    ----------
    labels : the tokens, best first
    probs : in [0, 1], of the same length
    """
    columns = {
        "token": labels,
        # Two tokens can look alike on the screen; the rank keeps their rows apart.
        "rank": range(1, len(labels) + 1),
        "probability": probs,
        "text": [f"{100 * p:.1f}%" for p in probs],
    }
    return _bars().fill({"rows": columns}, height=24 * len(labels), domain=[0, 1.28 * max(probs)])


@structure
def _bars() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(y=alt.Y("rank:O", axis=None, sort="ascending"))
    bars = base.mark_bar(cornerRadiusEnd=3, color=BLUE).encode(
        x=alt.X("probability:Q", axis=None, scale=alt.Scale(domain=slot("domain"))),
        tooltip=[
            alt.Tooltip("rank:O", title=_("rank")),
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("probability:Q", title=_("probability"), format=".4%"),
        ],
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        x="probability:Q", text="text:N"
    )
    names = base.mark_text(align="right", font=MONOSPACE, fontSize=FONT_SIZE, dx=-6).encode(
        x=alt.value(0), text="token:N"
    )
    return alt.layer(bars, numbers, names).properties(
        padding={"left": 110, "right": 10, "top": 5, "bottom": 5}
    )
