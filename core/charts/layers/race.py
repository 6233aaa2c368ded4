"""Candidates for the next token, followed from layer to layer."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.layers.lens import row_names
from core.charts.theme import CATEGORIES, MONOSPACE, axis, legend, text_in_expressions
from core.language import _


def race_chart(names: Sequence[str], values: np.ndarray, measure: str) -> Figure:
    """How candidates fare from layer to layer.

    Parameters
    ----------
    names : of the candidates, at most six
    values : shape (row, candidate); probabilities in [0, 1], or ranks from 1
    measure : "probability" or "rank"
    """
    n_rows, n = values.shape
    names = [text_in_expressions(name) for name in names]
    columns = {
        "row": np.repeat(np.arange(n_rows), n),
        "place": np.repeat(row_names(n_rows - 1), n),
        "token": names * n_rows,
        "value": values.ravel() * (100.0 if measure == "probability" else 1.0),
    }
    bound = {} if measure == "probability" else {"bound": max(10.0, float(values.max()))}
    return _lines(measure, n_rows).fill(
        {"rows": columns}, names=names, colours=CATEGORIES[:n], **bound
    )


@structure
def _lines(measure: str, n_rows: int) -> alt.Chart:
    title = _("probability (%)") if measure == "probability" else _("rank (1 = first choice)")
    return (
        alt.Chart(rows())
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=55, filled=True))
        .encode(
            x=_layers(n_rows),
            y=_probability(title) if measure == "probability" else _rank(title),
            color=alt.Color(
                "token:N",
                sort=slot("names"),
                legend=legend(
                    None, orient="top", labelFont=MONOSPACE, symbolStrokeWidth=4, columns=3
                ),
                scale=alt.Scale(domain=slot("names"), range=slot("colours")),
            ),
            tooltip=[
                alt.Tooltip("token:N", title=_("token")),
                alt.Tooltip("place:N", title=_("read")),
                alt.Tooltip("value:Q", title=title, format=",.3~f"),
            ],
        )
        .properties(height=340)
    )


def _probability(title: str) -> alt.Y:
    return alt.Y("value:Q", axis=axis(title, tickCount=5), scale=alt.Scale(domainMin=0))


def _rank(title: str) -> alt.Y:
    return alt.Y(
        "value:Q",
        axis=axis(title, values=[1, 10, 100, 1000, 10_000], format=",d"),
        scale=alt.Scale(type="log", domain=[1, slot("bound")], reverse=True),
    )


def _layers(n_rows: int) -> alt.X:
    return alt.X(
        "row:Q",
        axis=axis(
            _("layer whose output is read"),
            values=list(range(0, n_rows, 1 if n_rows <= 14 else 4 if n_rows <= 30 else 6)),
            labelExpr="datum.value == 0 ? 'in' : 'L' + (datum.value - 1)",
            grid=False,
        ),
        scale=alt.Scale(domain=[0, max(1, n_rows - 1)], nice=False, padding=12),
    )
