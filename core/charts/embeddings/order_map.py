"""Positions on the axes along which they differ most."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, axis, legend, weight_domain, weight_scale
from core.language import _
from core.numbers import percent


def position_scatter(points: np.ndarray, explained: np.ndarray, first: int) -> Figure:
    """Positions on two principal axes, joined in their order.

    Parameters
    ----------
    points : shape (n_ctx, 3)
    explained : shape (3,)
    first : the axis drawn to the right; the next one is drawn upwards
    """
    n = len(points)
    columns = {"x": points[:, first], "y": points[:, first + 1], "position": np.arange(n)}
    right, up = (
        _("axis {n}: {share}").format(n=at + 1, share=percent(explained[at], 1))
        for at in (first, first + 1)
    )
    return _scatter().fill({"rows": columns}, right=right, up=up, weights=weight_domain(n - 1))


@structure
def _scatter() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("x:Q", axis=axis(slot("right"), grid=False)),
        y=alt.Y("y:Q", axis=axis(slot("up"), grid=False)),
        order="position:Q",
        tooltip=[alt.Tooltip("position:Q", title=_("position"))],
    )
    dots = base.mark_point(filled=True, size=42, opacity=0.9).encode(
        color=alt.Color(
            "position:Q",
            scale=weight_scale(slot("weights")),
            legend=legend(_("position"), orient="top", gradientLength=220),
        )
    )
    return (base.mark_line(strokeWidth=1, opacity=0.35, color=BLUE) + dots).properties(height=380)
