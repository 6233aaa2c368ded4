"""Charts of the overview page."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.charts.theme import BLUE, FONT_SIZE, MONOSPACE, axis, legend, token_axis
from core.language import _


def next_token_bars(labels: Sequence[str], probs: Sequence[float]) -> alt.LayerChart:
    """Probabilities of the next token as bars.

    Parameters
    ----------
    labels : the tokens, best first
    probs : in [0, 1], of the same length
    """
    data = pd.DataFrame(
        {
            # Two tokens can look alike on the screen; the rank keeps their rows apart.
            "token": [f"{label}" for label in labels],
            "rank": range(1, len(labels) + 1),
            "probability": list(probs),
            "text": [f"{100 * p:.1f}%" for p in probs],
        }
    )
    y = alt.Y("rank:O", axis=None, sort="ascending")
    base = alt.Chart(data).encode(y=y)
    bars = base.mark_bar(cornerRadiusEnd=3, color=BLUE).encode(
        x=alt.X("probability:Q", axis=None, scale=alt.Scale(domain=[0, 1.28 * max(probs)])),
        tooltip=[
            alt.Tooltip("rank:O", title=_("rank")),
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("probability:Q", title=_("probability"), format=".4%"),
        ],
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        x="probability:Q", text="text:N"
    )
    names = base.mark_text(align="right", font=MONOSPACE, fontSize=FONT_SIZE, dx=-6).encode(
        x=alt.value(0), text="token:N"
    )
    return alt.layer(bars, numbers, names).properties(
        height=24 * len(labels), padding={"left": 110, "right": 10, "top": 5, "bottom": 5}
    )


def parameter_bar(parts: dict[str, int]) -> alt.Chart:
    """The model's parameters by part, as one stacked bar.

    Parameters
    ----------
    parts : name of a part to its number of parameters
    """
    total = sum(parts.values())
    data = pd.DataFrame(
        {
            "part": list(parts),
            "order": range(len(parts)),
            "parameters": list(parts.values()),
            "share": [n / total for n in parts.values()],
        }
    )
    return (
        alt.Chart(data)
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
                sort=list(parts),
                legend=legend(None, orient="bottom", columns=2, symbolType="square"),
            ),
            order="order:Q",
            tooltip=[
                alt.Tooltip("part:N"),
                alt.Tooltip("parameters:Q", format=","),
                alt.Tooltip("share:Q", format=".1%"),
            ],
        )
        .properties(height=165)
    )


def family_chart(names: Sequence[str], sizes: Sequence[float], rumour: Sequence[bool]) -> alt.Chart:
    """Sizes of models on a logarithmic scale; rumours are triangles.

    Parameters
    ----------
    names : of the models, the smallest first
    sizes : numbers of parameters
    rumour : whether the size is only rumoured
    """
    data = pd.DataFrame({"model": list(names), "parameters": list(sizes), "rumour": list(rumour)})
    states = [_("published"), _("rumoured")]
    data["known"] = [states[1] if r else states[0] for r in rumour]
    return (
        alt.Chart(data)
        .mark_point(size=160, filled=True, opacity=1)
        .encode(
            x=alt.X(
                "parameters:Q",
                scale=alt.Scale(type="log", domain=[1e7, 4e12]),
                axis=axis(
                    _("parameters (each line is ten times more)"),
                    # A thousand millions are B in all that is said of models, not G.
                    labelExpr="replace(format(datum.value, '~s'), 'G', 'B')",
                    values=[1e7, 1e8, 1e9, 1e10, 1e11, 1e12],
                ),
            ),
            y=alt.Y("model:N", sort=list(names), axis=token_axis(None, grid=True)),
            shape=alt.Shape(
                "known:N",
                scale=alt.Scale(domain=states, range=["circle", "triangle"]),
                legend=legend(None, orient="top"),
            ),
            color=alt.Color(
                "known:N", scale=alt.Scale(domain=states), legend=legend(None, orient="top")
            ),
            tooltip=[
                alt.Tooltip("model:N"),
                alt.Tooltip("parameters:Q", format=".3s"),
                alt.Tooltip("known:N"),
            ],
        )
        .properties(height=36 * len(data))
    )
