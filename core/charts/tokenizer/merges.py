"""How a token comes about: bytes below, each merge a block over its two parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from core.charts.figure import Figure, columns_of, rows, slot, structure
from core.charts.theme import ACCENT, BLUE, FONT_SIZE, MONOSPACE, QUIET, legend
from core.language import _

FLOOR = 46  # pixels
#: The colour of each state; what is to come has a frame only.
HUES = {"byte": QUIET, "done": BLUE, "now": ACCENT, "later": QUIET}
FILLS = {**HUES, "later": "transparent"}


def merge_picture(blocks: Sequence[Mapping], names: Mapping[str, str]) -> Figure:
    """Bytes below, each merge a block over its two parts, final tokens on top.

    Parameters
    ----------
    blocks : as `core.tokens.merge_picture.picture` returns them
    names : what the legend calls the states byte, done, now and later
    """
    columns = columns_of(blocks)
    width, height = max(columns["end"]), max(columns["high"])
    used = [state for state in names if state in columns["state"]]
    room = f"((datum.end - datum.start) * width / {width})"  # pixels
    return _blocks().fill(
        {"rows": {**columns, "means": [names[state] for state in columns["state"]]}},
        height=FLOOR * height + 50,
        across=[0, width],
        up=[0, height],
        names=[names[state] for state in used],
        hues=[HUES[state] for state in used],
        fills=[FILLS[state] for state in used],
        text_size=f"min({FONT_SIZE + 2}, {room} / (0.65 * max(1, length(datum.text))))",
        number_size=f"{room} < 9 * length(datum.number) + 5 ? 0 : {FONT_SIZE}",
    )


@structure
def _blocks() -> alt.LayerChart:
    chart = alt.Chart(rows())
    return alt.layer(_boxes(chart), _texts(chart), _numbers(chart))


def _faint(faint: object, otherwise: object) -> object:
    """One value for what is joined later, another for all else."""
    return (
        alt.when(alt.datum.state == "later").then(alt.value(faint)).otherwise(alt.value(otherwise))
    )


def _across(field: str) -> alt.X:
    return alt.X(field, axis=None, scale=alt.Scale(domain=slot("across")))


def _up(field: str) -> alt.Y:
    return alt.Y(field, axis=None, scale=alt.Scale(domain=slot("up")))


def _boxes(chart: alt.Chart) -> alt.Chart:
    # Both legends fall into one, in which what is not joined yet is hollow too.
    hues = alt.Scale(domain=slot("names"), range=slot("hues"))
    fills = alt.Scale(domain=slot("names"), range=slot("fills"))
    return chart.mark_rect(cornerRadius=5, strokeWidth=1.5, fillOpacity=0.28).encode(
        x=_across("start:Q"),
        x2="end:Q",
        y=_up("low:Q"),
        y2="high:Q",
        fill=alt.Fill("means:N", scale=fills, legend=legend(orient="top")),
        stroke=alt.Stroke("means:N", scale=hues, legend=legend(orient="top")),
        strokeOpacity=_faint(0.5, 1),
        strokeDash=_faint([4, 4], [1, 0]),
        tooltip=[
            alt.Tooltip("text:N", title=_("piece")),
            alt.Tooltip("number:N", title=_("merge")),
            alt.Tooltip("rank:N", title=_("rank")),
            alt.Tooltip("id:Q", title=_("id")),
        ],
    )


def _texts(chart: alt.Chart) -> alt.Chart:
    size = alt.expr(slot("text_size"))
    return (
        chart.transform_calculate(
            x="(datum.start + datum.end) / 2", y="(datum.low + datum.high) / 2"
        )
        # Below the number of the merge, which stands in the upper left corner.
        .mark_text(fontSize=size, font=MONOSPACE, dy=alt.expr("datum.step > 0 ? 6 : 1"))
        .encode(x=_across("x:Q"), y=_up("y:Q"), text="text:N", opacity=_faint(0.6, 1))
    )


def _numbers(chart: alt.Chart) -> alt.Chart:
    size = alt.expr(slot("number_size"))
    return (
        chart.transform_filter("datum.step > 0")
        .mark_text(fontSize=size, align="left", baseline="top", dx=4, dy=3)
        .encode(x=_across("start:Q"), y=_up("high:Q"), text="number:N", opacity=_faint(0.45, 0.75))
    )
