"""Charts of the embeddings page: arrays in, unconfigured charts out."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np
import pandas as pd

from core.charts import lite
from core.charts.lite import FONT_SIZE, MONOSPACE, Spec
from core.charts.theme import ACCENT, BLUE, CATEGORIES, ORANGE, axis, legend, weight_scale
from core.language import _
from core.numbers import Number

#: Widths of the map in pixels for which its labels are placed: each serves up to the next.
PLOTS = (280.0, 440.0, 640.0)
#: Its height in pixels, axes left out.
PLOT_HEIGHT = 400.0
#: More labels than this on one map hide each other.
LABELLED = 40


def ticks(n: int) -> list[int]:
    """Round numbers along an axis of `n` cells, five to nine of them."""
    step = next(s for s in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024) if n <= 8 * s or s == 1024)
    return list(range(0, n, step))


def nearest_bars(labels: Sequence[str], values: np.ndarray, title: str) -> Spec:
    """Ranked tokens as bars, each with its number.

    Parameters
    ----------
    labels : length n, best first
    values : shape (n,)
    title : of the value axis
    """
    numbers = values.tolist()
    data = lite.rows(
        token=[f"{rank}  {text}" for rank, text in enumerate(labels, start=1)],
        value=numbers,
        number=[f"{Number(v):{'.3f' if abs(v) < 100 else ',.0f'}}" for v in numbers],
    )
    low, high = min(0.0, *numbers), max(0.0, *numbers)
    room = 0.12 * (high - low or 1.0)
    places = {
        "y": lite.field("token", sort=None, axis=lite.token_axis(labelLimit=260)),
        "x": lite.field(
            "value",
            "quantitative",
            scale={"domain": [low - (room if low < 0 else 0), high + room], "nice": False},
            axis=lite.axis(title),
        ),
        "tooltip": [
            lite.field("token", title=_("token")),
            lite.field("value", "quantitative", title=title, format=".6~g"),
        ],
    }
    style = {"type": "text", "align": "left", "dx": 5, "fontSize": FONT_SIZE}
    return lite.figure(
        lite.mark({"type": "bar", "color": BLUE, "height": 18}, **places),
        lite.mark(style, **places, text=lite.field("number")),
        height=27 * len(data) + 40,
        data=data,
    )


def place_labels(
    points: np.ndarray,
    labels: Sequence[str],
    reach: np.ndarray,
    first: np.ndarray,
    width: float = PLOTS[-1],
) -> list[tuple[int, int] | None]:
    """Where labels go so that none covers another; those without room are left out.

    Parameters
    ----------
    points : shape (n, 2)
    labels : length n
    reach : shape (4,): the corners of the picture in the points' units
    first : indices in the order in which they may choose their place
    width : of the picture, in pixels

    Returns
    -------
    For each label its shift in pixels, right and down; None if there is no room.
    """
    x = (points[:, 0] - reach[0]) / max(reach[1] - reach[0], 1e-9) * width
    y = (reach[3] - points[:, 1]) / max(reach[3] - reach[2], 1e-9) * PLOT_HEIGHT
    taken: list[tuple[float, float, float, float]] = []
    found: list[tuple[int, int] | None] = [None] * len(labels)
    for n in map(int, first):
        half, tall = 4.4 * len(labels[n]), 8.0
        for right, down in ((0, -13), (0, 15), (int(half) + 9, 1), (-int(half) - 9, 1)):
            box = (x[n] + right - half, y[n] + down - tall, x[n] + right + half, y[n] + down + tall)
            # Beyond the edges lie the axes' own labels.
            if (
                box[0] >= 0
                and box[2] <= width
                and not any(
                    box[0] < t[2] and t[0] < box[2] and box[1] < t[3] and t[1] < box[3]
                    for t in taken
                )
            ):
                taken.append(box)
                found[n] = (right, down)
                break
    return found


def word_map(
    words: np.ndarray,
    word_labels: Sequence[str],
    word_kinds: Sequence[str],
    kinds: Sequence[str],
    here: np.ndarray,
    trail: np.ndarray,
    token_labels: Sequence[str],
    chosen: int,
    explained: np.ndarray,
    reach: np.ndarray,
    prompt_title: str,
) -> alt.LayerChart:
    """Everyday words and the prompt's tokens on two axes, with the way that one token came.

    Parameters
    ----------
    words : shape (n_words, 2); `word_labels` and `word_kinds` name each
    kinds : all kinds in the order of the legend, at most five
    here : shape (n_ctx, 2); where the prompt's tokens are now
    trail : shape (n_steps, 2); where the chosen token has been, the embedding first
    token_labels : length n_ctx
    chosen : index of the token that the trail belongs to
    explained : shape (2,); share of the variance
    reach : shape (4,): smallest x, largest x, smallest y, largest y over all layers, so that the
        axes stand still while the layer changes
    prompt_title : how the legend calls the prompt's tokens
    """
    pad_x, pad_y = 0.06 * (reach[1] - reach[0]), 0.06 * (reach[3] - reach[2])
    reach = reach + np.array([-pad_x, pad_x, -pad_y, pad_y])
    titles = [
        _("axis {n}: {share:.1%} of the variance").format(n=n + 1, share=share)
        for n, share in enumerate(explained)
    ]
    x = alt.X(
        "x:Q",
        scale=alt.Scale(domain=[float(reach[0]), float(reach[1])], nice=False),
        # More would not have room, and of those that are left out zero may be one.
        axis=axis(titles[0], grid=False, tickCount=8),
    )
    y = alt.Y(
        "y:Q",
        scale=alt.Scale(domain=[float(reach[2]), float(reach[3])], nice=False),
        axis=axis(titles[1], grid=False),
    )
    scale = alt.Scale(
        domain=[prompt_title, *kinds], range=[ACCENT, *[c for c in CATEGORIES if c != ACCENT]]
    )
    colour = alt.Color(
        "kind:N", scale=scale, legend=legend(None, orient="top", symbolSize=120, columns=3)
    )
    tooltip = [alt.Tooltip("token:N", title=_("token")), alt.Tooltip("kind:N", title=_("kind"))]
    everyday = pd.DataFrame(
        {"x": words[:, 0], "y": words[:, 1], "token": list(word_labels), "kind": list(word_kinds)}
    )
    prompt = pd.DataFrame(
        {
            "x": here[:, 0],
            "y": here[:, 1],
            "token": [f"{label} ({n})" for n, label in enumerate(token_labels)],
            "text": list(token_labels),
            "kind": prompt_title,
            "chosen": [n == chosen for n in range(len(here))],
        }
    )
    way = pd.DataFrame({"x": trail[:, 0], "y": trail[:, 1], "step": range(len(trail))})
    dots = alt.Chart(everyday).mark_point(filled=True, size=80, opacity=0.9)
    line = alt.Chart(way).mark_line(color=ACCENT, strokeWidth=2, strokeDash=[5, 4])
    now = alt.Chart(prompt).mark_point(filled=True, shape="diamond", opacity=1)
    layers = [
        dots.encode(x=x, y=y, color=colour, tooltip=tooltip),
        line.encode(x=x, y=y, order="step:Q"),
        now.encode(
            x=x,
            y=y,
            color=colour,
            size=alt.condition("datum.chosen", alt.value(320), alt.value(110)),
            tooltip=tooltip,
        ),
    ]
    points = np.concatenate([here, words])
    names = [*token_labels, *word_labels]
    tokens_first = [chosen, *(n for n in range(len(here)) if n != chosen)]
    if len(here) > LABELLED:
        tokens_first = [chosen]
    order = np.array([*tokens_first, *range(len(here), len(points))])
    placed = []
    # How wide the map is, only the browser knows: it shows the labels that have room there.
    for width, next_width in zip(PLOTS, (*PLOTS[1:], np.inf), strict=True):
        shifts = place_labels(points, names, reach, order, width)
        # The shift is put into the points' own units: one layer of text instead of one a direction.
        unit = np.array([(reach[1] - reach[0]) / width, (reach[2] - reach[3]) / PLOT_HEIGHT])
        placed += [
            {
                "x": float(points[n, 0] + shift[0] * unit[0]),
                "y": float(points[n, 1] + shift[1] * unit[1]),
                "text": names[n],
                "mine": n < len(here),
                "from": 0.0 if width == PLOTS[0] else width,
                "below": min(next_width, 1e9),
            }
            for n, shift in enumerate(shifts)
            if shift is not None
        ]
    here_now = {"expr": "datum.from <= width && width < datum.below ? 1 : 0"}
    for mine in (True, False):
        some = [row for row in placed if row["mine"] == mine]
        if some:
            style = {"font": MONOSPACE, "fontWeight": "bold"} if mine else {}
            text = alt.Chart(pd.DataFrame(some)).mark_text(
                fontSize=FONT_SIZE, opacity=here_now, **style
            )
            layers.append(text.encode(x=x, y=y, text="text:N"))
    return alt.layer(*layers).properties(height=560)


def position_scatter(points: np.ndarray, explained: np.ndarray, first: int) -> alt.LayerChart:
    """Positions on two principal axes, joined in their order.

    Parameters
    ----------
    points : shape (n_ctx, 3)
    explained : shape (3,)
    first : the axis drawn to the right; the next one is drawn upwards
    """
    data = pd.DataFrame(
        {"x": points[:, first], "y": points[:, first + 1], "position": range(len(points))}
    )
    titles = [
        _("axis {n}: {share:.1%}").format(n=at + 1, share=explained[at])
        for at in (first, first + 1)
    ]
    base = alt.Chart(data).encode(
        x=alt.X("x:Q", axis=axis(titles[0], grid=False)),
        y=alt.Y("y:Q", axis=axis(titles[1], grid=False)),
        order="position:Q",
        tooltip=[alt.Tooltip("position:Q", title=_("position"))],
    )
    dots = base.mark_point(filled=True, size=42, opacity=0.9).encode(
        color=alt.Color(
            "position:Q",
            scale=weight_scale(len(points) - 1),
            legend=legend(_("position"), orient="top", gradientLength=220),
        )
    )
    return (base.mark_line(strokeWidth=1, opacity=0.35, color=BLUE) + dots).properties(height=380)


def cosine_by_distance(cosines: np.ndarray) -> alt.Chart:
    """Mean cosine of two positions, by how far apart they are.

    Parameters
    ----------
    cosines : shape (n_ctx,); entry d for positions that are d apart
    """
    data = pd.DataFrame({"distance": range(len(cosines)), "cosine": np.asarray(cosines, float)})
    return (
        alt.Chart(data)
        .mark_line(color=BLUE, strokeWidth=2)
        .encode(
            x=alt.X(
                "distance:Q",
                scale=alt.Scale(domain=[0, max(1, len(cosines) - 1)], nice=False),
                axis=axis(_("how far apart, in tokens"), tickCount=5),
            ),
            y=alt.Y(
                "cosine:Q",
                scale=alt.Scale(domain=[min(0.0, float(cosines.min())), 1.0]),
                axis=axis(_("mean cosine")),
            ),
            tooltip=[
                alt.Tooltip("distance:Q", title=_("distance")),
                alt.Tooltip("cosine:Q", title=_("mean cosine"), format=".3f"),
            ],
        )
        .properties(height=360)
    )


def position_norms(norms: np.ndarray) -> alt.Chart:
    """Length of each position's vector.

    Parameters
    ----------
    norms : shape (n_ctx,)
    """
    data = pd.DataFrame({"position": range(len(norms)), "norm": np.asarray(norms, dtype=float)})
    return (
        alt.Chart(data)
        .mark_line(color=BLUE, strokeWidth=2)
        .encode(
            x=alt.X(
                "position:Q",
                scale=alt.Scale(domain=[0, len(norms) - 1], nice=False),
                axis=axis(_("position")),
            ),
            y=alt.Y("norm:Q", axis=axis(_("length of the vector")), scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("position:Q", title=_("position")),
                alt.Tooltip("norm:Q", title=_("length"), format=".4f"),
            ],
        )
        .properties(height=320)
    )


def stages(n_layer: int) -> list[str]:
    """The places where the residual stream is looked at: before layer 0, then after each layer."""
    return [_("input"), *(f"L{layer}" for layer in range(n_layer))]


def by_stage(values: np.ndarray, title: str, *, share: bool = False) -> Spec:
    """One number for each stage of the residual stream, as a line.

    Parameters
    ----------
    values : shape (n_layer + 1,)
    title : of the value axis
    share : whether the axis runs to 1, as cosines do
    """
    return lines_by_stage({title: values}, title, share=share)


def lines_by_stage(lines: dict[str, np.ndarray], title: str, *, share: bool = False) -> Spec:
    """Several numbers for each stage of the residual stream.

    Parameters
    ----------
    lines : name -> shape (n_layer + 1,)
    title : of the value axis
    share : whether the axis runs to 1, as cosines do
    """
    names = list(lines)
    order = stages(len(next(iter(lines.values()))) - 1)
    data = []
    for name, values in lines.items():
        data += lite.rows(stage=order, value=values, line=[name] * len(order))
    found = [row["value"] for row in data if row["value"] is not None]
    low = min(0.0, *found)
    high = max(1.0 if share else 0.0, *found)
    colour = (
        lite.field(
            "line",
            sort=names,
            scale={"domain": names, "range": [BLUE, ORANGE]},
            legend=lite.legend(None, orient="top", labelLimit=420, columns=1),
        )
        if len(names) > 1
        else {"value": BLUE}
    )
    line = lite.mark(
        {"type": "line", "point": {"size": 70, "filled": True}, "strokeWidth": 2.5},
        data,
        x=lite.field(
            "stage", "ordinal", sort=order, axis=lite.axis(_("after layer"), labelAngle=0)
        ),
        y=lite.field(
            "value",
            "quantitative",
            scale={"domain": [low, high * (1.0 if share else 1.05)], "nice": not share},
            axis=lite.axis(title),
        ),
        color=colour,
        tooltip=[
            lite.field("stage", "ordinal", title=_("stage")),
            lite.field("line", title=_("what")),
            lite.field("value", "quantitative", title=_("value"), format=".4f"),
        ],
    )
    return lite.figure(line, height=280 if len(names) == 1 else 380)


def walk_table(labels: Sequence[Sequence[str]], values: np.ndarray) -> Spec:
    """The nearest tokens at each stage: a row for each stage, the nearest to the left.

    Parameters
    ----------
    labels : (n_layer + 1) x k
    values : shape (n_layer + 1, k); cosines
    """
    order = stages(len(labels) - 1)
    k = values.shape[1]
    largest = max(float(values.max()), 1e-6)
    data = lite.rows(
        stage=np.repeat(order, k),
        rank=[*range(1, k + 1)] * len(order),
        token=[text for row in labels for text in row],
        cosine=values.ravel(),
        zero=np.zeros(values.size),
        strong=(values.ravel() > 0.6 * largest).astype(float),
    )
    places = {
        "x": lite.field(
            "rank",
            "ordinal",
            axis=lite.axis(_("nearest token, by rank"), labelAngle=0, orient="top"),
        ),
        "y": lite.field(
            "stage", "ordinal", sort=order, axis=lite.axis(_("after layer"), labelOverlap=False)
        ),
        "tooltip": [
            lite.field("stage", "ordinal", title=_("stage")),
            lite.field("rank", "ordinal", title=_("rank")),
            lite.field("token", title=_("token")),
            lite.field("cosine", "quantitative", title=_("cosine"), format=".4f"),
        ],
    }
    cells = lite.mark(
        "rect",
        **places,
        color=lite.field(
            "cosine",
            "quantitative",
            scale=lite.weight_scale(largest),
            legend=lite.legend(_("cosine"), orient="bottom", gradientLength=220),
        ),
    )
    names = lite.mark(
        {
            "type": "text",
            "fontSize": FONT_SIZE,
            "font": MONOSPACE,
            "limit": {"expr": "bandwidth('x') - 6"},
        },
        **places,
        text=lite.field("token"),
        # The page's own ink, and on strong cells the ramp's faint end: these read best on both
        # themes, and the chart knows of neither.
        color={
            "condition": {
                "test": "datum.strong > 0",
                **lite.field("zero", "quantitative", scale=lite.weight_scale(1.0), legend=None),
            }
        },
    )
    return lite.figure(cells, names, height=30 * len(labels) + 150, data=data, independent=True)


def norm_histogram(
    counts: np.ndarray, edges: np.ndarray, mean: float, chosen: float, chosen_label: str
) -> alt.LayerChart:
    """How long the rows of the matrix are, with the mean and one token marked.

    Parameters
    ----------
    counts : shape (n_bins,)
    edges : shape (n_bins + 1,)
    mean : of all lengths
    chosen : length of one row, named by `chosen_label`
    """
    data = pd.DataFrame({"from": edges[:-1], "to": edges[1:], "tokens": counts})
    bars = (
        alt.Chart(data)
        # No gaps: on a narrow window they would be wider than the bars.
        .mark_bar(color=BLUE, opacity=0.85, binSpacing=0)
        .encode(
            x=alt.X("from:Q", bin="binned", axis=axis(_("length of the row")), title=None),
            x2="to:Q",
            y=alt.Y("tokens:Q", axis=axis(_("tokens"))),
            tooltip=[
                alt.Tooltip("from:Q", title=_("from"), format=".3f"),
                alt.Tooltip("to:Q", title=_("to"), format=".3f"),
                alt.Tooltip("tokens:Q", title=_("tokens"), format=","),
            ],
        )
    )
    marks = pd.DataFrame(
        {
            "x": [mean, chosen],
            "what": [_("mean of all"), chosen_label],
        }
    )
    rules = (
        alt.Chart(marks)
        .mark_rule(strokeWidth=2.5)
        .encode(
            x="x:Q",
            color=alt.Color(
                "what:N",
                sort=None,
                scale=alt.Scale(domain=list(dict.fromkeys(marks["what"])), range=[ORANGE, ACCENT]),
                legend=legend(None, orient="top", symbolType="stroke"),
            ),
            tooltip=[
                alt.Tooltip("what:N", title=_("what")),
                alt.Tooltip("x:Q", title=_("length"), format=".4f"),
            ],
        )
    )
    return (bars + rules).properties(height=280)
