"""What is inside a character: characters, bytes and tokens over one another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from core.charts.figure import Figure, columns_of, rows, slot, structure
from core.charts.theme import CATEGORIES, FONT_SIZE, MONOSPACE, QUIET, axis


def byte_rows(parts: Sequence[Mapping], lanes: Sequence[str], chosen: int | None = None) -> Figure:
    """Characters, their bytes, GPT-2's character for each byte, and the tokens, aligned.

    Parameters
    ----------
    parts : as `core.tokens.spelling.aligned` returns them: lane, start, end, text, colour, split
    lanes : names of the lanes from top to bottom; a part's lane is an index
    chosen : number of the token with a strong frame
    """
    last = len(lanes) - 1
    columns = columns_of(parts, "start", "end", "text", "note", "split") | {
        "name": [lanes[part["lane"]] for part in parts],
        "hue": [_hue(part["colour"]) for part in parts],
        "chosen": [part["colour"] == chosen and part["lane"] == last for part in parts],
    }
    n_bytes = max(columns["end"])
    return _lanes(tuple(lanes)).fill(
        {"rows": columns},
        domain=[0, n_bytes],
        # Two digits must fit over a byte, also on a narrow screen.
        size=f"clamp(width / {n_bytes} / 1.6, 8, {FONT_SIZE + 1})",
    )


def _hue(token: int) -> str:
    return CATEGORIES[token % len(CATEGORIES)] if token >= 0 else QUIET


@structure
def _lanes(lanes: tuple[str, ...]) -> alt.LayerChart:
    y = alt.Y(
        "name:N",
        sort=list(lanes),
        scale=alt.Scale(domain=list(lanes), paddingInner=0.12),
        axis=axis(None, labelLimit=160, ticks=False, domain=False),
    )
    base = alt.Chart(rows()).encode(y=y)
    texts = (
        base.transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(fontSize=alt.expr(slot("size")), font=MONOSPACE)
        .encode(x=_x("middle:Q"), text="text:N")
    )
    return alt.layer(_boxes(base), texts).properties(height=52 * len(lanes))


def _x(field: str) -> alt.X:
    return alt.X(field, axis=None, scale=alt.Scale(domain=slot("domain")))


def _boxes(base: alt.Chart) -> alt.Chart:
    strong, split = alt.when(alt.datum.chosen), alt.when(alt.datum.split)
    return base.mark_bar(cornerRadius=4, height=alt.RelativeBandSize(1)).encode(
        x=_x("start:Q"),
        x2="end:Q",
        color=alt.Color("hue:N", scale=None, legend=None),
        stroke=alt.Stroke("hue:N", scale=None, legend=None),
        fillOpacity=strong.then(alt.value(0.55)).otherwise(alt.value(0.28)),
        strokeWidth=strong.then(alt.value(3.5)).otherwise(alt.value(1.5)),
        strokeDash=split.then(alt.value([4, 3])).otherwise(alt.value([1, 0])),
        tooltip=[alt.Tooltip("text:N", title=" "), alt.Tooltip("note:N", title=" ")],
    )
