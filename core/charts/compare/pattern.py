"""One head's pattern, of some queries at some keys: weights, or the difference of two texts'."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.named import named
from core.charts.theme import signed_domain, signed_scale, token_axis, weight_scale
from core.language import _


def pattern_cells(
    title: str,
    queries: Sequence[str],
    keys: Sequence[str],
    weights: np.ndarray,
    *,
    signed: bool = False,
) -> Figure:
    """Weights as cells.

    Parameters
    ----------
    title : over the cells
    queries, keys : names of the rows and of the columns
    weights : shape (len(queries), len(keys)); in [-1, 1] if `signed`, else in [0, 1]
    """
    query, key = np.indices(weights.shape)
    table = {
        "q": query.ravel(),
        "k": key.ravel(),
        "query": np.repeat(list(queries), len(keys)),
        "key": list(keys) * len(queries),
        "weight": np.round(weights.astype(float), 4).ravel(),
    }
    more = {"domain": signed_domain(float(np.abs(weights).max()))} if signed else {}
    return _cells(signed).fill(
        {"rows": table},
        # Under the cells the keys stand aslant, the longest of them 120 px long.
        height=22 * len(queries) + 210,
        title=title,
        queries=named(queries),
        keys=named(keys),
        **more,
    )


@structure
def _cells(signed: bool) -> alt.Chart:
    scale = signed_scale(slot("domain")) if signed else weight_scale()
    format = "+.1%" if signed else ".1%"
    return (
        alt.Chart(rows(), title=slot("title"))
        .mark_rect()
        .encode(
            # On a phone there is room for every other key.
            x=alt.X(
                "k:O",
                axis=_axis(_("key"), "keys", labelAngle=-60, labelOverlap="greedy", labelOffset=-4),
            ),
            y=alt.Y("q:O", axis=_axis(_("query"), "queries")),
            color=alt.Color("weight:Q", scale=scale, legend=None),
            tooltip=[
                alt.Tooltip("query:N", title=_("query")),
                alt.Tooltip("key:N", title=_("key")),
                alt.Tooltip("weight:Q", title=_("weight"), format=format),
            ],
        )
    )


def _axis(title: str, names: str, **options: Any) -> alt.Axis:
    sizes = {"labelLimit": 120, "titleFontWeight": "normal"}
    return token_axis(title, labelExpr=slot(names), **sizes, **options)
