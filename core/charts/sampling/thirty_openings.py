"""What many continuations open with, as a tree of boxes."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.drawing import shorten
from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import FONT_SIZE, MONOSPACE, axis, weight_domain, weight_scale
from core.language import _

_LONGEST = 16  # characters of a word
_LINE = 19  # pixels for each draw


def opening_tree(
    words: Sequence[str], depth: Sequence[int], start: Sequence[int], count: Sequence[int]
) -> Figure:
    """What the draws open with: first words left, what follows each to its right.

    Parameters
    ----------
    words : one per box
    depth : shape (n,), column, from 0 to 2
    start, count : shape (n,), the box covers draws [start, start + count)
    """
    left, top, n_draws = np.asarray(depth), np.asarray(start), np.asarray(count)
    columns = {
        "word": words,
        "left": left + 0.01,
        "right": left + 0.99,
        "top": top + 0.04,
        "bottom": top + n_draws - 0.04,
        "middle": top + n_draws / 2,
        "count": n_draws,
        "text": [
            shorten(word, _LONGEST) + (f"  {n}" if n > 1 else "")
            for word, n in zip(words, count, strict=True)
        ],
    }
    last = int((top + n_draws).max())
    return _boxes().fill(
        {"rows": columns},
        height=_LINE * last + 40,
        downwards=[last, 0],
        counts=weight_domain(2 * n_draws.max()),
    )


@structure
def _boxes() -> alt.LayerChart:
    headings = [_("first word"), _("second"), _("third")]
    tips = [alt.Tooltip("word:N", title=_("word")), alt.Tooltip("count:Q", title=_("draws"))]
    x = alt.X(
        "left:Q",
        scale=alt.Scale(domain=[0, len(headings)], nice=False),
        axis=axis(
            None,
            orient="top",
            values=[i + 0.5 for i in range(len(headings))],
            labelExpr=f"{json.dumps(headings)}[floor(datum.value)]",
            **{"grid": False, "ticks": False, "domain": False},
        ),
    )
    y = alt.Y("top:Q", scale=alt.Scale(domain=slot("downwards"), nice=False), axis=None)
    color = alt.Color("count:Q", scale=weight_scale(slot("counts")), legend=None)
    base = alt.Chart(rows()).encode(x=x, tooltip=tips)
    boxes = base.mark_rect(cornerRadius=3).encode(y=y, x2="right:Q", y2="bottom:Q", color=color)
    texts = base.mark_text(align="left", dx=8, font=MONOSPACE, fontSize=FONT_SIZE).encode(
        y=alt.Y("middle:Q"), text="text:N"
    )
    return alt.layer(boxes, texts)
