"""How alike two positions are, by how far apart they are."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, axis
from core.language import _


def cosine_by_distance(cosines: np.ndarray) -> Figure:
    """Mean cosine of two positions, by how far apart they are.

    Parameters
    ----------
    cosines : shape (n_ctx,); entry d for positions that are d apart
    """
    n = len(cosines)
    return _line().fill(
        {"rows": {"distance": np.arange(n), "cosine": cosines}},
        distances=[0, max(1, n - 1)],
        cosines=[min(0.0, float(cosines.min())), 1.0],
    )


@structure
def _line() -> alt.Chart:
    return (
        alt.Chart(rows())
        .mark_line(color=BLUE, strokeWidth=2)
        .encode(
            x=alt.X(
                "distance:Q",
                scale=alt.Scale(domain=slot("distances"), nice=False),
                axis=axis(_("how far apart, in tokens"), tickCount=5),
            ),
            y=alt.Y(
                "cosine:Q", scale=alt.Scale(domain=slot("cosines")), axis=axis(_("mean cosine"))
            ),
            tooltip=[
                alt.Tooltip("distance:Q", title=_("distance")),
                alt.Tooltip("cosine:Q", title=_("mean cosine"), format=".3f"),
            ],
        )
        .properties(height=360)
    )
