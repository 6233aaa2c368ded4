"""What a head's attention goes to, by kind."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, CATEGORIES, axis, legend
from core.language import _


def score_bars(
    names: Sequence[str], here: Sequence[float], fixed: Sequence[float], chance: Sequence[float]
) -> Figure:
    """Head scores: this prompt, the fixed set, and what even weights would give.

    Parameters
    ----------
    names, here, fixed, chance : same length; NaN is left out
    """
    measured = (_("this prompt"), _("fixed set"))
    scores = np.array([*here, *fixed], dtype=float)
    kinds, of = [*names, *names], np.repeat(measured, len(names)).tolist()
    there = np.flatnonzero(np.isfinite(scores))
    even = np.array(chance, dtype=float)
    known = np.flatnonzero(np.isfinite(even))
    tables = {
        "scores": {
            "kind": [kinds[i] for i in there],
            "measured": [of[i] for i in there],
            "score": scores[there],
        },
        "chance": {"kind": [names[i] for i in known], "even": even[known]},
    }
    return _bars(measured).fill(tables, height=52 * max(1, len(names)) + 60, order=list(names))


@structure
def _bars(measured: tuple[str, str]) -> alt.LayerChart:
    y = alt.Y("kind:N", sort=slot("order"), axis=axis(labelLimit=240))
    shares = axis(_("share of attention"), format=".0%", tickCount=5)
    bars = (
        alt.Chart(rows("scores"))
        .mark_bar()
        .encode(
            x=alt.X("score:Q", scale=alt.Scale(domain=[0, 1]), axis=shares),
            y=y,
            yOffset=alt.YOffset("measured:N", sort=list(measured)),
            color=alt.Color(
                "measured:N",
                scale=alt.Scale(domain=list(measured), range=[CATEGORIES[3], CATEGORIES[0]]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=_("looks at")),
                alt.Tooltip("measured:N", title=_("measured on")),
                alt.Tooltip("score:Q", title=_("score"), format=".1%"),
            ],
        )
    )
    told = alt.Tooltip("even:Q", title=_("even weights would give"), format=".1%")
    ticks = alt.Chart(rows("chance")).mark_tick(thickness=3, size=26, color=ACCENT)
    return alt.layer(bars, ticks.encode(x="even:Q", y=y, tooltip=[told]))
