"""Charts of the tokenizer page: merges, bytes, costs."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from core.charts.theme import ACCENT, BLUE, CATEGORIES, FONT_SIZE, MONOSPACE, axis, legend
from core.language import _

FLOOR, ROW = 46, 30  # pixels
#: Grey that is seen on both themes: what is neither joined nor chosen.
QUIET = "#8A8799"


def merge_picture(rows: Sequence[dict], names: dict[str, str]) -> alt.TopLevelMixin:
    """Bytes below, each merge a block over its two parts, final tokens on top.

    Parameters
    ----------
    rows : as `core.tokens.merge_picture.picture` returns them
    names : what the legend calls the states byte, done, now and later
    """
    data = pd.DataFrame([{**row, "means": names[row["state"]]} for row in rows])
    width, height = max(row["end"] for row in rows), max(row["high"] for row in rows)
    hues = {"byte": QUIET, "done": BLUE, "now": ACCENT, "later": QUIET}
    used = [state for state in names if state in {row["state"] for row in rows}]
    scale = alt.Scale(domain=[names[s] for s in used], range=[hues[s] for s in used])
    faint = alt.datum.state == "later"
    hollow = {**hues, "later": "transparent"}
    filled = alt.Scale(domain=[names[s] for s in used], range=[hollow[s] for s in used])
    across, up = alt.Scale(domain=[0, width]), alt.Scale(domain=[0, height])
    chart = alt.Chart(data)
    boxes = chart.mark_rect(cornerRadius=5, strokeWidth=1.5, fillOpacity=0.28).encode(
        x=alt.X("start:Q", axis=None, scale=across),
        x2="end:Q",
        y=alt.Y("low:Q", axis=None, scale=up),
        y2="high:Q",
        # Both legends fall into one, in which what is not joined yet is hollow too.
        fill=alt.Fill("means:N", scale=filled, legend=legend(orient="top")),
        stroke=alt.Stroke("means:N", scale=scale, legend=legend(orient="top")),
        strokeOpacity=alt.when(faint).then(alt.value(0.5)).otherwise(alt.value(1)),
        strokeDash=alt.when(faint).then(alt.value([4, 4])).otherwise(alt.value([1, 0])),
        tooltip=[
            alt.Tooltip("text:N", title=_("piece")),
            alt.Tooltip("number:N", title=_("merge")),
            alt.Tooltip("rank:N", title=_("rank")),
            alt.Tooltip("id:Q", title=_("id")),
        ],
    )
    room = f"((datum.end - datum.start) * width / {width})"  # pixels
    fits = alt.expr(f"min({FONT_SIZE + 2}, {room} / (0.65 * max(1, length(datum.text))))")
    texts = (
        chart.transform_calculate(
            x="(datum.start + datum.end) / 2", y="(datum.low + datum.high) / 2"
        )
        # Below the number of the merge, which stands in the upper left corner.
        .mark_text(fontSize=fits, font=MONOSPACE, dy=alt.expr("datum.step > 0 ? 6 : 1"))
        .encode(
            x=alt.X("x:Q", axis=None, scale=across),
            y=alt.Y("y:Q", axis=None, scale=up),
            text="text:N",
            opacity=alt.when(faint).then(alt.value(0.6)).otherwise(alt.value(1)),
        )
    )
    numbers = (
        chart.transform_filter("datum.step > 0")
        .mark_text(
            fontSize=alt.expr(f"{room} < 9 * length(datum.number) + 5 ? 0 : {FONT_SIZE}"),
            align="left",
            baseline="top",
            dx=4,
            dy=3,
        )
        .encode(
            x=alt.X("start:Q", axis=None, scale=across),
            y=alt.Y("high:Q", axis=None, scale=up),
            text="number:N",
            opacity=alt.when(faint).then(alt.value(0.45)).otherwise(alt.value(0.75)),
        )
    )
    return alt.layer(boxes, texts, numbers).properties(height=FLOOR * height + 50)


def candidate_ranks(rows: Sequence[dict], n_rules: int) -> alt.TopLevelMixin:
    """Rank of every pair that might be joined; the lowest wins.

    Parameters
    ----------
    rows : as `core.tokens.merge_picture.candidates` returns them
    n_rules : number of rules, the length of the axis
    """
    data = pd.DataFrame(rows)
    data["place"] = data["rank"].fillna(n_rules).astype(float) + 1
    data["shown"] = [
        _("no rule") if rank is None or rank != rank else f"{int(rank):,}" for rank in data["rank"]
    ]
    data["means"] = [_("joined now") if won else _("waits or loses") for won in data["won"]]
    data.loc[data["rank"].isna(), "means"] = _("no rule: never joined")
    order = [_("joined now"), _("waits or loses"), _("no rule: never joined")]
    range_ = dict(zip(order, (ACCENT, BLUE, QUIET), strict=True))
    used = [name for name in order if name in set(data["means"])]
    y = alt.Y(
        "pair:N",
        sort=list(data["pair"]),
        axis=axis(None, labelFont=MONOSPACE, labelLimit=260, labelOverlap=False),
    )
    x = alt.X(
        "place:Q",
        scale=alt.Scale(type="log", domain=[1, 10 * n_rules]),
        axis=axis(
            _("rank of the rule (logarithmic; rank 0 is at the left)"),
            values=[1, 10, 100, 1000, 10000],
            format=",d",
        ),
    )
    colour = alt.Color(
        "means:N",
        scale=alt.Scale(domain=used, range=[range_[name] for name in used]),
        legend=legend(orient="top"),
    )
    tooltip = [
        alt.Tooltip("pair:N", title=_("pair")),
        alt.Tooltip("shown:N", title=_("rank")),
        alt.Tooltip("count:Q", title=_("times in this word")),
    ]
    base = alt.Chart(data)
    stems = base.mark_bar(height=3, opacity=0.6).encode(
        x=x, x2=alt.datum(1), y=y, color=colour, tooltip=tooltip
    )
    dots = base.mark_point(filled=True, size=130, opacity=1).encode(
        x=x, y=y, color=colour, tooltip=tooltip
    )
    numbers = base.mark_text(align="left", dx=10, fontSize=FONT_SIZE).encode(
        x=x, y=y, text="shown:N"
    )
    return alt.layer(stems, dots, numbers).properties(height=ROW * len(data) + 150)


def byte_rows(
    rows: Sequence[dict], lanes: Sequence[str], chosen: int | None = None
) -> alt.TopLevelMixin:
    """Characters, their bytes, GPT-2's character for each byte, and the tokens, aligned.

    Parameters
    ----------
    rows : as `core.tokens.spelling.aligned` returns them: lane, start, end, text, colour, split
    lanes : names of the lanes from top to bottom; a row's lane is an index
    chosen : number of the token with a strong frame
    """
    data = pd.DataFrame(rows)
    data["name"] = [lanes[n] for n in data["lane"]]
    data["hue"] = [CATEGORIES[n % len(CATEGORIES)] if n >= 0 else QUIET for n in data["colour"]]
    data["chosen"] = [row["colour"] == chosen and row["lane"] == len(lanes) - 1 for row in rows]
    strong = alt.datum.chosen
    n_bytes = max(row["end"] for row in rows)
    scale = alt.Scale(domain=[0, n_bytes])
    # Two digits must fit over a byte, also on a narrow screen.
    size = alt.expr(f"clamp(width / {n_bytes} / 1.6, 8, {FONT_SIZE + 1})")
    y = alt.Y(
        "name:N",
        sort=list(lanes),
        scale=alt.Scale(domain=list(lanes), paddingInner=0.12),
        axis=axis(None, labelLimit=160, ticks=False, domain=False),
    )
    boxes = (
        alt.Chart(data)
        .mark_bar(cornerRadius=4, height=alt.RelativeBandSize(1))
        .encode(
            x=alt.X("start:Q", axis=None, scale=scale),
            x2="end:Q",
            y=y,
            color=alt.Color("hue:N", scale=None, legend=None),
            stroke=alt.Stroke("hue:N", scale=None, legend=None),
            fillOpacity=alt.when(strong).then(alt.value(0.55)).otherwise(alt.value(0.28)),
            strokeWidth=alt.when(strong).then(alt.value(3.5)).otherwise(alt.value(1.5)),
            strokeDash=alt.when(alt.datum.split)
            .then(alt.value([4, 3]))
            .otherwise(alt.value([1, 0])),
            tooltip=[alt.Tooltip("text:N", title=" "), alt.Tooltip("note:N", title=" ")],
        )
    )
    texts = (
        alt.Chart(data)
        .transform_calculate(middle="(datum.start + datum.end) / 2")
        .mark_text(fontSize=size, font=MONOSPACE)
        .encode(x=alt.X("middle:Q", axis=None, scale=scale), y=y, text="text:N")
    )
    return alt.layer(boxes, texts).properties(height=52 * len(lanes))


def byte_table(rows: Sequence[dict], names: dict[str, str]) -> alt.TopLevelMixin:
    """The 256 bytes and the character that GPT-2 writes for each.

    Parameters
    ----------
    rows : as `core.tokens.spelling.table` returns them: high, low, text, moved, used, hex, id
    names : what the legend calls bytes that are ``"same"`` and ``"moved"``
    """
    data = pd.DataFrame(rows)
    data["means"] = [names["moved"] if moved else names["same"] for moved in data["moved"]]
    digits = [f"{n:X}" for n in range(16)]
    x = alt.X("low:N", sort=digits, axis=axis(_("second hex digit"), labelAngle=0, orient="top"))
    y = alt.Y("high:N", sort=digits, axis=axis(_("first hex digit"), labelFlush=False))
    base = alt.Chart(data).encode(
        x=x,
        y=y,
        tooltip=[
            alt.Tooltip("hex:N", title=_("byte")),
            alt.Tooltip("text:N", title=_("written as")),
            alt.Tooltip("id:Q", title=_("token id")),
            alt.Tooltip("count:Q", title=_("times in this text")),
        ],
    )
    cells = base.mark_rect(stroke=QUIET, strokeWidth=0.5).encode(
        color=alt.Color(
            "means:N",
            scale=alt.Scale(
                domain=[names["same"], names["moved"]], range=[CATEGORIES[4], CATEGORIES[1]]
            ),
            # The cells' grey edge would cover half of so small a square.
            legend=legend(orient="bottom", symbolStrokeWidth=0, symbolSize=160),
        ),
        fillOpacity=alt.when(alt.datum.count > 0).then(alt.value(0.75)).otherwise(alt.value(0.16)),
    )
    texts = base.mark_text(fontSize=FONT_SIZE, font=MONOSPACE).encode(
        text="text:N",
        opacity=alt.when(alt.datum.count > 0).then(alt.value(1)).otherwise(alt.value(0.72)),
    )
    return alt.layer(cells, texts).properties(height=16 * 28 + 90)


def cost_bars(
    rows: Sequence[dict], kinds: Sequence[str], texts: Sequence[str]
) -> alt.TopLevelMixin:
    """Tokens of two texts, by the kind of span that they come from.

    Parameters
    ----------
    rows : dicts of text (name of the text), kind, tokens, from, to
    kinds : names of the kinds, in the order of the stack
    texts : names of the texts, from top to bottom
    """
    data = pd.DataFrame(rows)
    y = alt.Y("text:N", sort=list(texts), axis=axis(None, ticks=False, domain=False))
    x = alt.X("from:Q", axis=axis(_("tokens"), tickMinStep=1, tickCount=8, format=",d"))
    bars = (
        alt.Chart(data)
        .mark_bar(height=30, stroke=None)
        .encode(
            x=x,
            x2="to:Q",
            y=y,
            color=alt.Color(
                "kind:N",
                scale=alt.Scale(domain=list(kinds), range=list(CATEGORIES[: len(kinds)])),
                legend=legend(orient="top", columns=2),
            ),
            tooltip=[
                alt.Tooltip("text:N", title=" "),
                alt.Tooltip("kind:N", title=_("kind")),
                alt.Tooltip("tokens:Q", title=_("tokens"), format=",d"),
            ],
        )
    )
    ends = {text: max((r["to"] for r in rows if r["text"] == text), default=0) for text in texts}
    totals = pd.DataFrame([{"text": t, "to": n, "shown": f"{n:,}"} for t, n in ends.items()])
    numbers = (
        alt.Chart(totals)
        .mark_text(align="left", dx=8, fontSize=FONT_SIZE + 1, fontWeight="bold")
        .encode(x=alt.X("to:Q"), y=y, text="shown:N")
    )
    return alt.layer(bars, numbers).properties(height=52 * len(texts) + 150)
