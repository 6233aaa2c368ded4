"""What each stage leaves of the whole vocabulary: probability by rank."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import CATEGORIES, axis, legend
from core.language import _

#: Below this a probability is as good as none.
_FLOOR = 1e-12


def whole_vocabulary(
    names: Sequence[str], curves: Sequence[tuple[np.ndarray, np.ndarray]]
) -> Figure:
    """Probability by rank over all tokens, one line per stage, both axes logarithmic.

    Parameters
    ----------
    names : one per stage, as the legend shows them
    curves : for each stage the ranks (from 1) and the probabilities there
    """
    ranks = np.concatenate([ranks for ranks, _probs in curves])
    probs = np.concatenate([probs for _ranks, probs in curves])
    lengths = [len(ranks) for ranks, _probs in curves]
    last = np.cumsum(lengths) - 1  # where a cut ends a line
    return _lines().fill(
        {
            "rows": {
                "stage": [n for n, k in zip(names, lengths, strict=True) for _ in range(k)],
                "rank": ranks,
                "probability": probs,
            },
            "ends": {"stage": names, "rank": ranks[last], "probability": probs[last]},
        },
        ranks=[1, int(ranks.max())],
        probabilities=[max(_FLOOR, float(probs.min())), 1],
        names=list(names),
        colours=list(CATEGORIES[: len(names)]),
    )


@structure
def _lines() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X(
            "rank:Q",
            scale=alt.Scale(type="log", domain=slot("ranks"), nice=False),
            axis=axis(
                _("rank of the token"), format=",d", values=[1, 10, 100, 1_000, 10_000, 50_000]
            ),
        ),
        y=alt.Y(
            "probability:Q",
            scale=alt.Scale(type="log", domain=slot("probabilities"), nice=False),
            axis=axis(_("probability"), format="~p", tickCount=6),
        ),
        color=alt.Color(
            "stage:N",
            scale=alt.Scale(domain=slot("names"), range=slot("colours")),
            legend=legend(_("after"), orient="bottom", columns=3),
        ),
        tooltip=_tips(),
    )
    points = base.mark_point(filled=True, size=70).properties(data=rows("ends"))
    return alt.layer(base.mark_line(strokeWidth=2.5), points).properties(height=320)


def _tips() -> list[alt.Tooltip]:
    return [
        alt.Tooltip("stage:N", title=_("after")),
        alt.Tooltip("rank:Q", title=_("rank of the token"), format=",d"),
        alt.Tooltip("probability:Q", title=_("probability"), format=".3~%"),
    ]
