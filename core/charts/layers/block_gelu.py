"""GELU's curve with every neuron of a token on it."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, CATEGORIES, axis
from core.language import _


def gelu_chart(
    curve: tuple[np.ndarray, np.ndarray], hidden: np.ndarray, active: np.ndarray
) -> Figure:
    """GELU's curve and where the neurons of the moment sit on it.

    Parameters
    ----------
    curve : x and y of its points, from the left to the right
    hidden, active : shape (n_inner,), before and after GELU
    """
    x, y = curve
    neurons = {"neuron": np.arange(len(hidden)), "x": hidden, "y": active}
    return _curve().fill({"curve": {"x": x, "y": y}, "neurons": neurons}, ends=[x[0], x[-1]])


@structure
def _curve() -> alt.LayerChart:
    scale = alt.Scale(domain=slot("ends"), nice=False)
    line = (
        alt.Chart(rows("curve"))
        .mark_line(strokeWidth=3, color=CATEGORIES[0])
        .encode(x=alt.X("x:Q", axis=axis(_("before GELU")), scale=scale), y="y:Q")
    )
    dots = (
        alt.Chart(rows("neurons"))
        .mark_point(size=60, opacity=0.45, color=ACCENT, filled=True)
        .encode(
            x=alt.X("x:Q", scale=scale),
            y=alt.Y("y:Q", axis=axis(_("after GELU"))),
            tooltip=[
                alt.Tooltip("neuron:O", title=_("neuron")),
                alt.Tooltip("x:Q", title=_("before"), format=".3f"),
                alt.Tooltip("y:Q", title=_("after"), format=".3f"),
            ],
        )
    )
    return alt.layer(line, dots).properties(height=320)
