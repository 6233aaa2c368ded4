"""What a neuron says: the tokens that it raises and lowers most."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import FONT_SIZE, MONOSPACE, axis, signed_domain, signed_scale
from core.language import _

#: The sign tells raising from lowering; zero does neither.
_SIGNED = "datum.value === 0 ? '0' : format(datum.value, '+.2~f')"


def word_bars(names: Sequence[str], values: np.ndarray, unit: str) -> Figure:
    """Signed effects on tokens as horizontal bars: orange raises, blue lowers."""
    bound = float(np.abs(values).max(initial=1e-6))
    return _bars(unit).fill(
        {"rows": {"rank": range(len(names)), "token": names, "value": values}},
        height=24 * len(names) + 60,
        # Room for the names beyond the longest bars.
        domain=[-1.9 * bound, 1.9 * bound],
        bounds=signed_domain(bound),
    )


@structure
def _bars(unit: str) -> alt.LayerChart:
    base = alt.Chart(rows()).encode(y=alt.Y("rank:O", axis=None))
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X(
            "value:Q",
            axis=axis(unit, tickCount=4, labelExpr=_SIGNED),
            scale=alt.Scale(domain=slot("domain")),
        ),
        color=alt.Color("value:Q", scale=signed_scale(slot("bounds")), legend=None),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("value:Q", title=unit, format="+.4f"),
        ],
    )
    up = alt.datum.value >= 0
    right = base.mark_text(align="left", dx=6, font=MONOSPACE, fontSize=FONT_SIZE).encode(
        x="value:Q", text=alt.when(up).then("token:N").otherwise(alt.value(""))
    )
    left = base.mark_text(align="right", dx=-6, font=MONOSPACE, fontSize=FONT_SIZE).encode(
        x="value:Q", text=alt.when(up).then(alt.value("")).otherwise("token:N")
    )
    return alt.layer(bars, right, left)
