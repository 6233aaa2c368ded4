"""Surprise of whole continuations, one bar for each way to choose."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, FONT_SIZE, axis
from core.language import _


def surprise_bars(names: Sequence[str], bits: Sequence[float]) -> Figure:
    """Surprise of whole continuations, one bar each.

    Parameters
    ----------
    names : of the ways to choose
    bits : shape (n,), bits per token
    """
    return _bars().fill(
        {"rows": {"method": names, "bits": bits}},
        height=30 * len(names),
        domain=[0, max(1e-6, *bits) * 1.15],
    )


@structure
def _bars() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        y=alt.Y("method:N", sort=None, axis=axis(None, labelLimit=260, labelOverlap=False)),
        x=alt.X(
            "bits:Q",
            scale=alt.Scale(domain=slot("domain"), nice=False),
            axis=axis(_("bits per token"), grid=False),
        ),
        tooltip=[
            alt.Tooltip("method:N", title=_("way to choose")),
            alt.Tooltip("bits:Q", title=_("bits per token"), format=".2f"),
        ],
    )
    texts = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        text=alt.Text("bits:Q", format=".2f")
    )
    return alt.layer(base.mark_bar(color=BLUE, height={"band": 0.7}), texts)
