"""The prediction with and without some blocks."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.named import named
from core.charts.theme import (
    CATEGORIES,
    FONT_SIZE,
    axis,
    legend,
    text_in_expressions,
    token_axis,
)
from core.language import _
from core.numbers import percents


def before_after(
    names: Sequence[str],
    before: np.ndarray,
    after: np.ndarray,
    kinds: tuple[str, str] | None = None,
) -> Figure:
    """Probabilities of some tokens before and after.

    Parameters
    ----------
    before, after : shape (len(names),), in [0, 1]
    kinds : what the two are called; without blocks and with, if nothing is said
    """
    kinds = kinds or (_("whole model"), _("with blocks left out"))
    names, n = [text_in_expressions(name) for name in names], len(names)
    probs = np.concatenate([before, after]).astype(float)
    columns = {
        "rank": np.tile(np.arange(n), 2),
        "token": names * 2,
        "kind": np.repeat(list(kinds), n),
        "p": probs,
        "text": percents(probs.tolist()),
    }
    return _bars().fill(
        {"rows": columns},
        height=44 * n + 80,
        kinds=list(kinds),
        tokens=named(names),
        domain=[0, 1.25 * max(float(probs.max()), 1e-6)],
    )


@structure
def _bars() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        y=alt.Y("rank:O", axis=token_axis(None, labelExpr=slot("tokens"))),
        yOffset=alt.YOffset("kind:N", sort=slot("kinds")),
        x=alt.X(
            "p:Q",
            axis=axis(_("probability"), format="%", tickCount=5),
            scale=alt.Scale(domain=slot("domain")),
        ),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=kinds_in_colour(),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("kind:N", title=_("model")),
            alt.Tooltip("p:Q", title=_("probability"), format=".3%"),
        ],
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        text="text:N", detail="kind:N"
    )
    # The last label of the axis may be as wide as its tick is near the edge.
    return alt.layer(bars, numbers).properties(padding={"right": 14, "bottom": 16})


def kinds_in_colour() -> alt.Color:
    """Two kinds told apart by colour."""
    return alt.Color(
        "kind:N",
        sort=slot("kinds"),
        legend=legend(None, orient="top"),
        scale=alt.Scale(domain=slot("kinds"), range=[CATEGORIES[0], CATEGORIES[1]]),
    )
