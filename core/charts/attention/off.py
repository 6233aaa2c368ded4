"""Next-token probabilities with all heads and without some."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import CATEGORIES, axis, legend, text_in_expressions, token_axis
from core.language import _


def change_bars(labels: Sequence[str], before: np.ndarray, after: np.ndarray) -> Figure:
    """Next-token probabilities before and after, the largest change first.

    Parameters
    ----------
    labels : one per token, distinct
    before, after : shape (n,)
    """
    models = (_("all heads"), _("switched off"))
    names = [text_in_expressions(label) for label in labels]
    columns = {
        "token": names * 2,
        "model": np.repeat(models, len(names)).tolist(),
        "p": np.concatenate([before, after]),
    }
    return _bars(models).fill({"rows": columns}, height=44 * max(1, len(names)) + 60, names=names)


@structure
def _bars(models: tuple[str, str]) -> alt.Chart:
    percent = axis(_("probability of the next token"), format=".1%", tickCount=5)
    return (
        alt.Chart(rows())
        .mark_bar()
        .encode(
            x=alt.X("p:Q", axis=percent),
            y=alt.Y("token:N", sort=slot("names"), axis=token_axis()),
            yOffset=alt.YOffset("model:N", sort=list(models)),
            color=alt.Color(
                "model:N",
                scale=alt.Scale(domain=list(models), range=[CATEGORIES[0], CATEGORIES[1]]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("token:N", title=_("token")),
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("p:Q", title=_("probability"), format=".2%"),
            ],
        )
    )
