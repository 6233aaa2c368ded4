"""What texts cost: their tokens by the kind of characters that they come from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from core.charts.figure import Figure, columns_of, rows, structure
from core.charts.theme import CATEGORIES, FONT_SIZE, axis, legend
from core.language import _
from core.numbers import count


def cost_bars(parts: Sequence[Mapping], kinds: Sequence[str], texts: Sequence[str]) -> Figure:
    """Tokens of texts, by the kind of span that they come from.

    Parameters
    ----------
    parts : dicts of text (name of the text), kind, tokens, from, to
    kinds : names of the kinds, in the order of the stack
    texts : names of the texts, from top to bottom
    """
    ends = [max((p["to"] for p in parts if p["text"] == text), default=0) for text in texts]
    totals = {"text": texts, "to": ends, "shown": [count(n) for n in ends]}
    return _bars(tuple(kinds), tuple(texts)).fill({"rows": columns_of(parts), "totals": totals})


@structure
def _bars(kinds: tuple[str, ...], texts: tuple[str, ...]) -> alt.LayerChart:
    y = alt.Y("text:N", sort=list(texts), axis=axis(None, ticks=False, domain=False))
    bars = (
        alt.Chart(rows())
        .mark_bar(height=30, stroke=None)
        .encode(
            x=alt.X("from:Q", axis=axis(_("tokens"), tickMinStep=1, tickCount=8, format=",d")),
            x2="to:Q",
            y=y,
            color=_colour(kinds),
            tooltip=[
                alt.Tooltip("text:N", title=" "),
                alt.Tooltip("kind:N", title=_("kind")),
                alt.Tooltip("tokens:Q", title=_("tokens"), format=",d"),
            ],
        )
    )
    numbers = (
        alt.Chart(rows("totals"))
        .mark_text(align="left", dx=8, fontSize=FONT_SIZE + 1, fontWeight="bold")
        .encode(x=alt.X("to:Q"), y=y, text="shown:N")
    )
    return alt.layer(bars, numbers).properties(height=52 * len(texts) + 150)


def _colour(kinds: tuple[str, ...]) -> alt.Color:
    scale = alt.Scale(domain=list(kinds), range=list(CATEGORIES[: len(kinds)]))
    return alt.Color("kind:N", scale=scale, legend=legend(orient="top", columns=2))
