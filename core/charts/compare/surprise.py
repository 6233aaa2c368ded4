"""Surprise of two texts, token by token, side by side."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.layers.skip import kinds_in_colour
from core.charts.named import named
from core.charts.theme import axis, token_axis
from core.language import _


def surprise_bars(
    columns: Sequence[str], a: np.ndarray, b: np.ndarray, kinds: tuple[str, str]
) -> Figure:
    """Two bars for each column.

    Parameters
    ----------
    columns : what stands under the bars
    a, b : shape (len(columns),), bits; nan where a text has no token
    kinds : what the two texts are called, B first
    """
    n = len(columns)
    table = {
        "place": np.tile(np.arange(n), 2),
        "token": list(columns) * 2,
        "kind": np.repeat(list(kinds), n),
        "bits": np.concatenate([b, a]).astype(float),
    }
    return _bars().fill({"rows": table}, kinds=list(kinds), tokens=named(columns))


@structure
def _bars() -> alt.Chart:
    names = {"labelExpr": slot("tokens"), "labelAngle": -45, "labelLimit": 130}
    return (
        alt.Chart(rows())
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "place:O",
                axis=token_axis(None, **names),
            ),
            xOffset=alt.XOffset("kind:N", sort=slot("kinds")),
            y=alt.Y("bits:Q", axis=axis(_("surprise, bits"), tickCount=5)),
            color=kinds_in_colour(),
            tooltip=[
                alt.Tooltip("token:N", title=_("token")),
                alt.Tooltip("kind:N", title=_("text")),
                alt.Tooltip("bits:Q", title=_("bits"), format=".2f"),
            ],
        )
        .properties(height=340)
    )
