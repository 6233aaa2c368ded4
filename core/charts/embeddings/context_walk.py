"""The tokens that a vector is nearest to on its way through the layers, as a table of cells."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.embeddings.context import stages
from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import (
    FONT_SIZE,
    MONOSPACE,
    axis,
    legend,
    weight_domain,
    weight_scale,
)
from core.language import _

#: Cells above this share of the strongest one are so dark that their words need the faint end.
STRONG = 0.6


def walk_table(labels: Sequence[Sequence[str]], values: np.ndarray) -> Figure:
    """The nearest tokens at each stage: a row for each stage, the nearest to the left.

    Parameters
    ----------
    labels : (n_layer + 1) x k
    values : shape (n_layer + 1, k); cosines
    """
    order = stages(len(labels) - 1)
    k = values.shape[1]
    largest = max(float(values.max()), 1e-6)
    cosines = values.ravel()
    columns = {
        "stage": np.repeat(order, k),
        "rank": [*range(1, k + 1)] * len(order),
        "token": [text for row in labels for text in row],
        "cosine": cosines,
        "zero": np.zeros(len(cosines)),
        "strong": (cosines > STRONG * largest).astype(float),
    }
    return _table().fill(
        {"rows": columns},
        height=30 * len(labels) + 150,
        order=order,
        weights=weight_domain(largest),
    )


@structure
def _table() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("rank:O", axis=axis(_("nearest token, by rank"), labelAngle=0, orient="top")),
        y=alt.Y("stage:O", sort=slot("order"), axis=axis(_("after layer"), labelOverlap=False)),
        tooltip=[
            alt.Tooltip("stage:O", title=_("stage")),
            alt.Tooltip("rank:O", title=_("rank")),
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("cosine:Q", title=_("cosine"), format=".4f"),
        ],
    )
    return alt.layer(_cells(base), _names(base)).resolve_scale(color="independent")


def _cells(base: alt.Chart) -> alt.Chart:
    return base.mark_rect().encode(
        color=alt.Color(
            "cosine:Q",
            scale=weight_scale(slot("weights")),
            legend=legend(_("cosine"), orient="bottom", gradientLength=220),
        )
    )


def _names(base: alt.Chart) -> alt.Chart:
    limit = {"expr": "bandwidth('x') - 6"}
    # The page's own ink, and on strong cells the ramp's faint end: these read best on both
    # themes, and the chart knows of neither.
    faint = alt.Color("zero:Q", scale=weight_scale(1.0), legend=None)
    return base.mark_text(fontSize=FONT_SIZE, font=MONOSPACE, limit=limit).encode(
        text="token:N", color=alt.when("datum.strong > 0").then(faint)
    )
