"""The model's parameters by part, as one stacked bar."""

from __future__ import annotations

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import axis, folding, legend


def parameter_bar(parts: dict[str, int]) -> Figure:
    """The model's parameters by part, as one stacked bar.

    Parameters
    ----------
    parts : name of a part to its number of parameters
    """
    total = sum(parts.values())
    columns = {
        "part": list(parts),
        "order": range(len(parts)),
        "parameters": list(parts.values()),
        "share": [n / total for n in parts.values()],
    }
    return _bar().fill({"rows": columns}, height=210, names=list(parts))


@structure
def _bar() -> alt.Chart:
    return (
        alt.Chart(rows())
        .mark_bar(height=34)
        .encode(
            x=alt.X(
                "share:Q",
                stack="zero",
                scale=alt.Scale(domain=[0, 1]),
                # The bar is higher than its band.
                axis=axis(None, format="%", grid=False, tickCount=5, labelPadding=24),
            ),
            color=alt.Color(
                "part:N",
                sort=slot("names"),
                legend=legend(None, orient="bottom", columns=folding(3), symbolType="square"),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("part:N"),
                alt.Tooltip("parameters:Q", format=","),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
    )
