"""How often each first token was drawn, and how often it should have been."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from core.charts.figure import Figure, rows, structure
from core.charts.theme import ACCENT, BLUE, axis, legend, token_axis
from core.language import _


def first_token_bars(
    labels: Sequence[str], counts: Sequence[int], expected: Sequence[float]
) -> Figure:
    """How often each first token came, with a mark where it should be on average.

    Parameters
    ----------
    labels : one per token, all different
    counts : shape (n,), draws
    expected : shape (n,), draws on average
    """
    n = len(labels)
    columns = {
        "token": labels,
        "count": counts,
        "expected": expected,
        "bars": [_("drawn")] * n,
        "marks": [_("expected on average")] * n,
    }
    return _bars().fill({"rows": columns}, height=30 * n)


@structure
def _bars() -> alt.LayerChart:
    drawn, expected = _("drawn"), _("expected on average")
    colors = alt.Scale(domain=[drawn, expected], range=[BLUE, ACCENT])
    base = alt.Chart(rows()).encode(
        y=alt.Y("token:N", sort=None, axis=token_axis(None)),
        tooltip=[
            alt.Tooltip("token:N", title=_("first token")),
            alt.Tooltip("count:Q", title=drawn),
            alt.Tooltip("expected:Q", title=expected, format=".2f"),
        ],
    )
    bars = base.mark_bar(height={"band": 0.72}).encode(
        x=alt.X("count:Q", axis=axis(_("draws"), tickMinStep=1, format="d")),
        color=alt.Color("bars:N", scale=colors, legend=legend(None, orient="bottom")),
    )
    ticks = base.mark_tick(thickness=4, size=22).encode(
        x="expected:Q", color=alt.Color("marks:N", scale=colors)
    )
    return alt.layer(bars, ticks)
