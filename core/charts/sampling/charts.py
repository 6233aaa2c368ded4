"""The sampling page's figures: arrays in, unconfigured charts out."""

from __future__ import annotations

import json
from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from core.charts.drawing import width_of
from core.charts.theme import (
    ACCENT,
    BLUE,
    CATEGORIES,
    FONT_SIZE,
    MONOSPACE,
    axis,
    legend,
    token_axis,
    weight_scale,
)

Numbers = Sequence[float] | np.ndarray


def whole_vocabulary(
    names: Sequence[str], curves: Sequence[tuple[np.ndarray, np.ndarray]], titles: Sequence[str]
) -> alt.LayerChart:
    """Probability by rank over all tokens, one line per stage, both axes logarithmic.

    Parameters
    ----------
    names : one per stage, as the legend shows them
    curves : for each stage the ranks (from 1) and the probabilities there
    titles : of the rank axis, the probability axis, and the legend
    """
    table = pd.concat(
        pd.DataFrame({"stage": name, "rank": ranks, "probability": probs})
        for name, (ranks, probs) in zip(names, curves, strict=True)
    )
    floor = max(1e-12, float(table["probability"].min()))
    base = alt.Chart(table).encode(
        x=alt.X(
            "rank:Q",
            scale=alt.Scale(type="log", domain=[1, int(table["rank"].max())], nice=False),
            axis=axis(titles[0], format=",d", values=[1, 10, 100, 1_000, 10_000, 50_000]),
        ),
        y=alt.Y(
            "probability:Q",
            scale=alt.Scale(type="log", domain=[floor, 1], nice=False),
            axis=axis(titles[1], format="~p", tickCount=6),
        ),
        color=alt.Color(
            "stage:N",
            scale=alt.Scale(domain=list(names), range=list(CATEGORIES[: len(names)])),
            legend=legend(titles[2], orient="bottom", columns=3),
        ),
        tooltip=[
            alt.Tooltip("stage:N", title=titles[2]),
            alt.Tooltip("rank:Q", title=titles[0], format=",d"),
            alt.Tooltip("probability:Q", title=titles[1], format=".3~%"),
        ],
    )
    lines = base.mark_line(strokeWidth=2.5)
    last = table.groupby("stage", sort=False).tail(1)
    points = base.mark_point(filled=True, size=70).properties(data=last)  # where a cut ends it
    return alt.layer(lines, points).properties(height=320)


def cumulative_bar(
    labels: Sequence[str],
    starts: Numbers,
    ends: Numbers,
    u: float | None,
    hit: int | None,
    title: str,
) -> alt.LayerChart:
    """Tokens laid end to end from 0 to 1, and where the random number fell.

    Parameters
    ----------
    labels : one per piece
    starts, ends : shape (n,), in [0, 1]
    u : the random number, or None
    hit : index of the piece to mark, or None
    title : of the axis
    """
    width = np.asarray(ends) - np.asarray(starts)
    table = pd.DataFrame(
        {
            "token": list(labels),
            "start": starts,
            "end": ends,
            "middle": (np.asarray(starts) + np.asarray(ends)) / 2,
            "width": width,
            "kind": [
                "hit" if i == hit else ("even" if i % 2 == 0 else "odd") for i in range(len(labels))
            ],
        }
    )
    # A label is as long as its characters, however wide the browser draws the line: in a piece that
    # is narrower it stands upright, and where that does not fit either, pointing tells it.
    table["long"] = [8.5 * width_of(text) for text in labels]
    fits = "datum.width * width >= datum.long + 4"
    upright = "datum.width * width >= 17 && datum.long <= 0.7 * height"
    room = {"expr": f"{fits} || {upright} ? 1 : 0"}
    angle = {"expr": f"{fits} ? 0 : 270"}
    tips = [
        alt.Tooltip("token:N", title=" "),
        alt.Tooltip("start:Q", title="from", format=".4f"),
        alt.Tooltip("end:Q", title="to", format=".4f"),
        alt.Tooltip("width:Q", title="p", format=".2%"),
    ]
    x = alt.X(
        "start:Q",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=axis(title, values=[0, 0.25, 0.5, 0.75, 1], format=".2~f", grid=False),
    )
    y, y2 = alt.Y("low:Q", axis=None, scale=alt.Scale(domain=[0, 1])), alt.Y2("high")
    table["low"], table["high"] = 0.0, 0.72
    base = alt.Chart(table)
    pieces = base.mark_rect(stroke="white", strokeWidth=0.6).encode(
        x=x,
        x2="end:Q",
        y=y,
        y2=y2,
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=["even", "odd", "hit"], range=[BLUE, "#3E93C4", ACCENT]),
            legend=None,
        ),
        tooltip=tips,
    )
    texts = (
        alt.Chart(table)
        .mark_text(
            font=MONOSPACE,
            fontSize=FONT_SIZE,
            color="white",
            fontWeight="bold",
            opacity=room,
            angle=angle,
        )
        .encode(x=alt.X("middle:Q"), y=alt.datum(0.36), text="token:N", tooltip=tips)
    )
    layers: list[alt.Chart] = [pieces, texts]
    if u is not None:
        needle = pd.DataFrame({"u": [u], "low": [0.0], "high": [0.84], "text": [f"{u:.4f}"]})
        across = alt.X("u:Q", scale=alt.Scale(domain=[0, 1], nice=False))
        layers.append(
            alt.Chart(needle)
            .mark_rule(color=ACCENT, strokeWidth=3)
            .encode(x=across, y=alt.Y("low:Q"), y2="high:Q")
        )
        layers.append(
            alt.Chart(needle)
            .mark_text(
                color=ACCENT,
                fontSize=FONT_SIZE + 1,
                fontWeight="bold",
                baseline="bottom",
                align="left" if u < 0.5 else "right",
                dx=5 if u < 0.5 else -5,
            )
            .encode(x=across, y=alt.Y("high:Q"), text="text:N")
        )
    return alt.layer(*layers).properties(height=170)


def beam_tree(
    labels: Sequence[str],
    columns: dict[str, np.ndarray],
    titles: Sequence[str],
    kinds: Sequence[str],
) -> alt.LayerChart:
    """Every beam that was kept: steps downwards, the best beam of each step on the left.

    Parameters
    ----------
    labels : one token per node
    columns : as `core.sampling.beam_tree.tree_table` returns them
    titles : of the step axis, the lane axis, the token, the score, the legend
    kinds : names for "winner", "alive" and "dead"
    """
    kind = np.where(columns["best"], kinds[0], np.where(columns["alive"], kinds[1], kinds[2]))
    table = pd.DataFrame(
        {
            "step": columns["step"] + 1,
            "lane": columns["lane"] + 1,
            "from_step": columns["step"],
            "from_lane": np.where(columns["parent"] < 0, 1, columns["parent_lane"] + 1),
            "token": list(labels),
            "score": columns["score"],
            "kind": kind,
            # The winner is drawn last, over the others.
            "order": np.where(columns["best"], 2, np.where(columns["alive"], 1, 0)),
        }
    ).sort_values("order", kind="stable")
    table["text"] = [f"{t if len(t) <= 12 else t[:11] + '…'}" for t in table["token"]]
    n_lanes, n_steps = int(table["lane"].max()), int(table["step"].max())
    x = alt.X(
        "lane:Q",
        scale=alt.Scale(domain=[0.6, n_lanes + 0.75], nice=False),
        axis=axis(
            titles[1], values=list(range(1, n_lanes + 1)), format="d", grid=False, orient="top"
        ),
    )
    # Both layers name the same scale: Vega-Lite joins differing ones into a third.
    downwards = alt.Scale(domain=[-0.3, n_steps + 0.5], nice=False, reverse=True)
    y = alt.Y(
        "step:Q",
        scale=downwards,
        axis=axis(titles[0], values=list(range(1, n_steps + 1)), format="d", grid=False),
    )
    color = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=list(kinds), range=[ACCENT, BLUE, "#8F8B99"]),
        legend=legend(titles[4], orient="bottom"),
    )
    tips = [
        alt.Tooltip("token:N", title=titles[2]),
        alt.Tooltip("score:Q", title=titles[3], format=".3f"),
        alt.Tooltip("kind:N", title=titles[4]),
    ]
    base = alt.Chart(table)
    dead = alt.datum.kind == kinds[2]
    links = base.mark_rule(strokeWidth=2).encode(
        x=alt.X("from_lane:Q", scale=alt.Scale(domain=[0.6, n_lanes + 0.75], nice=False)),
        x2="lane:Q",
        y=alt.Y("from_step:Q", scale=downwards),
        y2="step:Q",
        color=color,
        strokeDash=alt.condition(dead, alt.value([4, 4]), alt.value([1, 0])),
        opacity=alt.condition(dead, alt.value(0.7), alt.value(1.0)),
    )
    dots = base.mark_point(filled=True, size=80, opacity=1).encode(
        x=x, y=y, color=color, tooltip=tips
    )
    style = {"align": "left", "dx": 9, "font": MONOSPACE, "fontSize": FONT_SIZE}
    # On a narrow window a long name ends before the next lane's dot.
    style["limit"] = {"expr": f"width / {n_lanes + 0.15:.2f} - 16"}
    # Lines stop short of the names: under each lies its own shape, wider, in the page's colour.
    halo = base.mark_text(
        **style, fontWeight="bold", stroke={"expr": "background"}, strokeWidth=6, strokeJoin="round"
    ).encode(x=x, y=y, text="text:N")
    texts = base.mark_text(**style, fontWeight="bold").encode(
        x=x, y=y, text="text:N", color=color, tooltip=tips
    )
    return alt.layer(links, halo, dots, texts).properties(height=34 * n_steps + 90)


def totals(names: Sequence[str], bits: Numbers, titles: Sequence[str]) -> alt.LayerChart:
    """Surprise of whole continuations, one bar each.

    Parameters
    ----------
    names : of the methods
    bits : shape (n,), bits per token
    titles : of the axis and of the method
    """
    table = pd.DataFrame({"method": list(names), "bits": bits})
    base = alt.Chart(table).encode(
        y=alt.Y("method:N", sort=None, axis=axis(None, labelLimit=260)),
        x=alt.X(
            "bits:Q",
            scale=alt.Scale(domain=[0, max(1e-6, *map(float, bits)) * 1.15], nice=False),
            axis=axis(titles[0], grid=False),
        ),
        tooltip=[
            alt.Tooltip("method:N", title=titles[1]),
            alt.Tooltip("bits:Q", title=titles[0], format=".2f"),
        ],
    )
    bars = base.mark_bar(color=BLUE, height={"band": 0.7})
    texts = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        text=alt.Text("bits:Q", format=".2f")
    )
    return alt.layer(bars, texts).properties(height=30 * len(table))


def first_tokens(
    labels: Sequence[str],
    counts: Numbers,
    expected: Numbers,
    titles: Sequence[str],
) -> alt.LayerChart:
    """How often each first token came, with a mark where it should be on average.

    Parameters
    ----------
    labels : one per token, all different
    counts : shape (n,), draws
    expected : shape (n,), draws on average
    titles : of the axis, of the token, of "drawn" and of "expected"
    """
    table = pd.DataFrame(
        {
            "token": list(labels),
            "count": counts,
            "expected": expected,
            "bars": titles[2],
            "marks": titles[3],
        }
    )
    y = alt.Y("token:N", sort=None, axis=token_axis(None))
    tips = [
        alt.Tooltip("token:N", title=titles[1]),
        alt.Tooltip("count:Q", title=titles[2]),
        alt.Tooltip("expected:Q", title=titles[3], format=".2f"),
    ]
    colors = alt.Scale(domain=[titles[2], titles[3]], range=[BLUE, ACCENT])
    base = alt.Chart(table)
    bars = base.mark_bar(height={"band": 0.72}).encode(
        y=y,
        x=alt.X("count:Q", axis=axis(titles[0], tickMinStep=1, format="d")),
        color=alt.Color("bars:N", scale=colors, legend=legend(None, orient="bottom")),
        tooltip=tips,
    )
    ticks = base.mark_tick(thickness=4, size=22).encode(
        y=y, x="expected:Q", color=alt.Color("marks:N", scale=colors), tooltip=tips
    )
    return alt.layer(bars, ticks).properties(height=30 * len(table))


def opening_tree(
    words: Sequence[str],
    depth: Numbers,
    start: Numbers,
    count: Numbers,
    headings: Sequence[str],
    titles: Sequence[str],
) -> alt.LayerChart:
    """What the draws open with: first words left, what follows each to its right.

    Parameters
    ----------
    words : one per box
    depth : shape (n,), column, from 0
    start, count : shape (n,), the box covers draws [start, start + count)
    headings : one per column
    titles : of the word and of the count
    """
    table = pd.DataFrame(
        {
            "word": list(words),
            "left": np.asarray(depth) + 0.01,
            "right": np.asarray(depth) + 0.99,
            "top": start,
            "bottom": np.asarray(start) + np.asarray(count),
            "middle": np.asarray(start) + np.asarray(count) / 2,
            "count": count,
            "text": [
                f"{w if len(w) <= 16 else w[:15] + '…'}{f'  {c}' if c > 1 else ''}"
                for w, c in zip(words, count, strict=True)
            ],
        }
    )
    n_draws, n_columns = int(table["bottom"].max()), len(headings)
    largest = int(table["count"].max())
    x = alt.X(
        "left:Q",
        scale=alt.Scale(domain=[0, n_columns], nice=False),
        axis=axis(
            None,
            orient="top",
            values=[i + 0.5 for i in range(n_columns)],
            labelExpr=f"{json.dumps(list(headings))}[floor(datum.value)]",
            grid=False,
            ticks=False,
            domain=False,
        ),
    )
    y = alt.Y("top:Q", scale=alt.Scale(domain=[n_draws, 0], nice=False), axis=None)
    tips = [
        alt.Tooltip("word:N", title=titles[0]),
        alt.Tooltip("count:Q", title=titles[1]),
    ]
    boxes = (
        alt.Chart(table)
        .mark_rect(cornerRadius=3)
        .encode(
            x=x,
            x2="right:Q",
            y=y,
            y2="bottom:Q",
            color=alt.Color("count:Q", scale=weight_scale(2 * largest), legend=None),
            tooltip=tips,
        )
        .transform_calculate(top="datum.top + 0.04", bottom="datum.bottom - 0.04")
    )
    texts = (
        alt.Chart(table)
        .mark_text(align="left", dx=8, font=MONOSPACE, fontSize=FONT_SIZE)
        .encode(x=x, y=alt.Y("middle:Q"), text="text:N", tooltip=tips)
    )
    return alt.layer(boxes, texts).properties(height=19 * n_draws + 40)


def surprisal_line(
    labels: Sequence[str],
    position: Sequence[int] | np.ndarray,
    surprisal: Numbers,
    entropy: Numbers,
    titles: Sequence[str],
) -> alt.LayerChart:
    """Surprise of each token as a bar, and what the model expected it to be as a line.

    Parameters
    ----------
    labels : one per token
    position : shape (n,), place in the text
    surprisal, entropy : shape (n,), bits
    titles : of the position, of bits, of surprisal, of entropy, of the token
    """
    table = pd.DataFrame(
        {
            "token": list(labels),
            "position": position,
            "next": np.asarray(position) + 1,
            "surprisal": surprisal,
            "entropy": entropy,
            "bars": titles[2],
            "line": titles[3],
        }
    )
    colors = alt.Scale(domain=[titles[2], titles[3]], range=[BLUE, ACCENT])
    tips = [
        alt.Tooltip("token:N", title=titles[4]),
        alt.Tooltip("position:Q", title=titles[0]),
        alt.Tooltip("surprisal:Q", title=titles[2], format=".2f"),
        alt.Tooltip("entropy:Q", title=titles[3], format=".2f"),
    ]
    domain = [int(np.min(position)), int(np.max(position)) + 1]
    x = alt.X(
        "position:Q",
        scale=alt.Scale(domain=domain, nice=False),
        axis=axis(titles[0], format="d", tickMinStep=1, grid=False),
    )
    base = alt.Chart(table)
    bars = base.mark_rect().encode(
        x=x,
        x2="next:Q",
        y=alt.Y("zero:Q", axis=axis(titles[1], tickCount=5)),
        y2="surprisal:Q",
        color=alt.Color("bars:N", scale=colors, legend=legend(None, orient="bottom")),
        tooltip=tips,
    )
    table["zero"] = 0.0
    # A step goes on to where the next begins, and after the last one none does.
    end = table.iloc[[-1]].assign(position=table["next"].iloc[-1])
    closed = alt.Chart(pd.concat([table, end]))
    line = closed.mark_line(interpolate="step-after", strokeWidth=2).encode(
        x=x, y=alt.Y("entropy:Q"), color=alt.Color("line:N", scale=colors), tooltip=tips
    )
    return alt.layer(bars, line).properties(height=230)
