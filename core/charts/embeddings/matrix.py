"""How long the rows of the embedding matrix are."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, BLUE, ORANGE, axis, legend
from core.language import _


def norm_histogram(
    counts: np.ndarray, edges: np.ndarray, mean: float, chosen: float, chosen_label: str
) -> Figure:
    """How long the rows of the matrix are, with the mean and one token marked.

    Parameters
    ----------
    counts : shape (n_bins,)
    edges : shape (n_bins + 1,)
    mean : of all lengths
    chosen : length of one row, named by `chosen_label`
    """
    names = [_("mean of all"), chosen_label]
    return _histogram().fill(
        {
            "rows": {"from": edges[:-1], "to": edges[1:], "tokens": counts},
            "marks": {"x": [mean, chosen], "what": names},
        },
        names=list(dict.fromkeys(names)),
    )


@structure
def _histogram() -> alt.LayerChart:
    return (_bars() + _rules()).properties(height=280)


def _bars() -> alt.Chart:
    return (
        alt.Chart(rows())
        # No gaps: on a narrow window they would be wider than the bars.
        .mark_bar(color=BLUE, opacity=0.85, binSpacing=0)
        .encode(
            x=alt.X("from:Q", bin="binned", axis=axis(_("length of the row")), title=None),
            x2="to:Q",
            y=alt.Y("tokens:Q", axis=axis(_("tokens"))),
            tooltip=[
                alt.Tooltip("from:Q", title=_("from"), format=".3f"),
                alt.Tooltip("to:Q", title=_("to"), format=".3f"),
                alt.Tooltip("tokens:Q", title=_("tokens"), format=","),
            ],
        )
    )


def _rules() -> alt.Chart:
    return (
        alt.Chart(rows("marks"))
        .mark_rule(strokeWidth=2.5)
        .encode(
            x="x:Q",
            color=alt.Color(
                "what:N",
                sort=None,
                scale=alt.Scale(domain=slot("names"), range=[ORANGE, ACCENT]),
                legend=legend(None, orient="top", symbolType="stroke"),
            ),
            tooltip=[
                alt.Tooltip("what:N", title=_("what")),
                alt.Tooltip("x:Q", title=_("length"), format=".4f"),
            ],
        )
    )
