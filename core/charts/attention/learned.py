"""What the embedded model could do along its training: losses, and heads that copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, CATEGORIES, FONT_SIZE, axis, legend
from core.language import _


def learning_lines(
    lines: Mapping[str, Sequence[tuple[int, float]]],
    starts: Sequence[int],
    title: str,
    *,
    share: bool,
) -> Figure:
    """One line for each measured thing, over the tokens that had been read.

    Parameters
    ----------
    lines : name -> (tokens read, value) of each measurement
    starts : tokens read when a further run began; each gets a mark
    title : of the values, with their unit
    share : whether values are shares of 1, written in per cent
    """
    flat = [(name, tokens / 1e6, value) for name, line in lines.items() for tokens, value in line]
    values = [value for _name, _tokens, value in flat]
    domain = [0, 1] if share else [min(values, default=0), max(values, default=1)]
    tables = {
        "rows": {
            "name": [name for name, *_rest in flat],
            "tokens": [tokens for _name, tokens, _value in flat],
            "value": values,
        },
        "starts": {"tokens": [tokens / 1e6 for tokens in starts]},
    }
    return _chart(tuple(lines), title, share).fill(tables, domain=domain)


def _told(title: str, value: str) -> list[alt.Tooltip]:
    return [
        alt.Tooltip("name:N", title=_("measured")),
        alt.Tooltip("tokens:Q", title=_("million tokens"), format=".2f"),
        alt.Tooltip("value:Q", title=title, format=value),
    ]


@structure
def _chart(names: tuple[str, ...], title: str, share: bool) -> alt.LayerChart:
    x = alt.X("tokens:Q", axis=axis(_("tokens read, in millions"), grid=False))
    lines = (
        alt.Chart(rows())
        .mark_line(strokeWidth=2, point=alt.OverlayMarkDef(size=30))
        .encode(
            x=x,
            y=alt.Y(
                "value:Q",
                scale=alt.Scale(domain=slot("domain"), zero=False),
                axis=axis(None, tickCount=5, format=".0%" if share else ".1f"),
            ),
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=list(names), range=list(CATEGORIES[: len(names)])),
                legend=legend(None, orient="bottom", columns=1, labelLimit=380),
            ),
            tooltip=_told(title, ".0%" if share else ".2f"),
        )
    )
    marks = alt.Chart(rows("starts")).mark_rule(color=ACCENT, strokeDash=[4, 4]).encode(x=x)
    # Beside so low a figure its title would not be whole; it stands above.
    # Streamlit would shorten it for the width that the window had when the figure was made.
    limit: Any = alt.ExprRef("width + 30")
    heading = alt.Title(title, anchor="start", frame="group", fontSize=FONT_SIZE, limit=limit)
    return alt.layer(lines, marks, height=280, title=heading)
