"""How long each position's vector is."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, axis
from core.language import _


def position_norms(norms: np.ndarray) -> Figure:
    """Length of each position's vector.

    Parameters
    ----------
    norms : shape (n_ctx,)
    """
    n = len(norms)
    return _line().fill({"rows": {"position": np.arange(n), "norm": norms}}, positions=[0, n - 1])


@structure
def _line() -> alt.Chart:
    return (
        alt.Chart(rows())
        .mark_line(color=BLUE, strokeWidth=2)
        .encode(
            x=alt.X(
                "position:Q",
                scale=alt.Scale(domain=slot("positions"), nice=False),
                axis=axis(_("position")),
            ),
            y=alt.Y("norm:Q", axis=axis(_("length of the vector")), scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("position:Q", title=_("position")),
                alt.Tooltip("norm:Q", title=_("length"), format=".4f"),
            ],
        )
        .properties(height=320)
    )
