"""Figures of the attention page: arrays in, unconfigured charts, bytes or SVG out."""

from __future__ import annotations

import base64
import io
import math
from html import escape

import altair as alt
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from core.charts import lite
from core.charts.lite import FONT_SIZE, Spec
from core.charts.theme import (
    ACCENT,
    BLUE,
    CATEGORIES,
    ORANGE,
    axis,
    legend,
    ramp,
    text_in_expressions,
    token_axis,
)
from core.language import _
from core.numbers import Number

#: Up to this many tokens a picture has one rectangle per cell; above, an embedded image.
RECTANGLES_UP_TO = 64
#: Numbers in cells that are too narrow for them stand upright, and only where even a line of
#: text would cover the next one they are left out; pointing tells them anyway.
_IN_CELLS = {
    "type": "text",
    "fontSize": FONT_SIZE,
    "angle": {"expr": "bandwidth('x') < 7.6 * length(datum.text) + 1 ? 270 : 0"},
    "opacity": {"expr": "bandwidth('x') < 15 ? 0 : 1"},
}


# --- pictures to take away --------------------------------------------------------------------


def csv_table(pattern: np.ndarray, labels: list[str]) -> str:
    """A pattern as CSV: one row per query, one column per key, positions in front of the tokens."""
    names = [f"{i} {text}" for i, text in enumerate(labels)]
    return pd.DataFrame(pattern, index=names, columns=names).to_csv(
        float_format="%.8g", index_label="query \\ key"
    )


def npz_file(**arrays: np.ndarray | tuple[int, ...]) -> bytes:
    """Arrays as a NumPy archive."""
    out = io.BytesIO()
    np.savez_compressed(out, **arrays)  # type: ignore[arg-type]
    return out.getvalue()


def _image(pattern: np.ndarray, brightest: float, dark: bool) -> Image.Image:
    colours = ramp(pattern / max(brightest, 1e-12), dark)
    colours[~np.tri(len(pattern), dtype=bool)] = 20 if dark else 255
    return Image.fromarray(colours)


def pattern_svg(
    pattern: np.ndarray, labels: list[str], title: str, brightest: float, dark: bool = False
) -> str:
    """A pattern as a drawing with its tokens; typed text is escaped.

    Parameters
    ----------
    pattern : shape (query, key)
    brightest : the weight that has the darkest colour
    """
    n = len(pattern)
    paper, ink = ("#14131C", "#F1EEF8") if dark else ("#FFFFFF", "#1F1B2D")
    cell = 24 if n <= RECTANGLES_UP_TO else 1
    gutter, top = (160, 70) if n <= RECTANGLES_UP_TO else (60, 70)
    width, height = gutter + n * cell + 20, top + n * cell + gutter
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}">',
        f'<rect width="{width}" height="{height}" fill="{paper}"/>',
        f'<g fill="{ink}" font-size="14" font-family="monospace">',
        f'<text x="10" y="24" font-family="sans-serif" font-size="16">{escape(title)}</text>',
        f'<text x="10" y="48" font-family="sans-serif">{escape(_("Query ↓ · key →"))}</text>',
    ]
    if n <= RECTANGLES_UP_TO:
        for i, text in enumerate(labels):
            middle = top + i * cell + 17
            shown = escape(_short(text))
            parts.append(f'<text x="{gutter - 8}" y="{middle}" text-anchor="end">{shown}</text>')
            x, y = gutter + i * cell + 17, top + n * cell + 8
            parts.append(
                f'<text x="{x}" y="{y}" text-anchor="end" transform="rotate(-90 {x} {y})">'
                f"{shown}</text>"
            )
        parts.append("</g>")
        colours = ramp(pattern / max(brightest, 1e-12), dark)
        for q in range(n):
            for k in range(q + 1):
                red, green, blue = colours[q, k]
                parts.append(
                    f'<rect x="{gutter + k * cell}" y="{top + q * cell}" width="{cell - 1}"'
                    f' height="{cell - 1}" fill="#{red:02x}{green:02x}{blue:02x}">'
                    f"<title>{100 * pattern[q, k]:.2f}%</title></rect>"
                )
    else:
        parts.append("</g>")
        out = io.BytesIO()
        _image(pattern, brightest, dark).save(out, "PNG")
        data = base64.b64encode(out.getvalue()).decode()
        parts.append(
            f'<image x="{gutter}" y="{top}" width="{n}" height="{n}"'
            f' href="data:image/png;base64,{data}"/>'
        )
    parts.append("</svg>")
    return "\n".join(parts)


def _short(text: str, most: int = 14) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _drawable(text: str, index: int) -> str:
    # Pillow's own face has Latin letters only; a position says more than an empty box.
    marks = {"␣": "_", "⏎": "\\n", "⇥": "\\t"}
    text = _short("".join(marks.get(c, c) for c in text))
    return text if all(ord(c) < 0x180 or c == "…" for c in text) else f"#{index}"


def pattern_png(
    pattern: np.ndarray, labels: list[str], title: str, brightest: float, dark: bool = False
) -> bytes:
    """A pattern as a picture with its tokens.

    Tokens outside Latin script are given as their position, such as ``#12``.
    """
    n = len(pattern)
    cell = 24 if n <= RECTANGLES_UP_TO else max(1, 1024 // n)
    paper, ink = ("#14131C", "#F1EEF8") if dark else ("#FFFFFF", "#1F1B2D")
    gutter, top = (150, 60) if n <= RECTANGLES_UP_TO else (20, 60)
    side = n * cell
    picture = Image.new("RGB", (gutter + side + 20, top + side + gutter), paper)
    grid = _image(pattern, brightest, dark).resize((side, side), Image.Resampling.NEAREST)
    picture.paste(grid, (gutter, top))
    draw = ImageDraw.Draw(picture)
    face = ImageFont.load_default(size=15)
    heading = title if all(ord(c) < 0x180 or c in "↓→·" for c in title) else ""
    draw.text((10, 10), heading.replace("·", "-"), ink, face)
    draw.text((10, 34), _("rows: query, columns: key"), ink, face)
    if n <= RECTANGLES_UP_TO:
        turned = Image.new("RGB", (gutter - 8, side), paper)
        across = ImageDraw.Draw(turned)
        for i, text in enumerate(labels):
            shown = _drawable(text, i)
            y = i * cell + cell // 2
            draw.text((gutter - 8, top + y), shown, ink, face, anchor="rm")
            across.text((gutter - 12, y), shown, ink, face, anchor="rm")
        # A quarter turn to the left: the first line stands leftmost and is read from below.
        picture.paste(turned.transpose(Image.Transpose.ROTATE_90), (gutter, top + side + 4))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


# --- charts -----------------------------------------------------------------------------------


def score_bars(
    names: list[str], here: list[float], fixed: list[float], chance: list[float]
) -> Spec:
    """Head scores: this prompt, the fixed set, and what even weights would give.

    Parameters
    ----------
    names, here, fixed, chance : same length; NaN is left out
    """
    prompt, standard = _("this prompt"), _("fixed set")
    measured = lite.rows(
        kind=names * 2,
        measured=[prompt] * len(names) + [standard] * len(names),
        score=[*here, *fixed],
    )
    even = lite.rows(kind=names, even=chance)
    y = lite.field("kind", sort=names, axis=lite.axis(labelLimit=240))
    bars = lite.mark(
        "bar",
        [row for row in measured if row["score"] is not None],
        x=lite.field(
            "score",
            "quantitative",
            scale={"domain": [0, 1]},
            axis=lite.axis(_("share of attention"), format=".0%", tickCount=5),
        ),
        y=y,
        yOffset=lite.field("measured", sort=[prompt, standard]),
        color=lite.field(
            "measured",
            scale={"domain": [prompt, standard], "range": [CATEGORIES[3], CATEGORIES[0]]},
            legend=lite.legend(None, orient="top"),
        ),
        tooltip=[
            lite.field("kind", title=_("looks at")),
            lite.field("measured", title=_("measured on")),
            lite.field("score", "quantitative", title=_("score"), format=".1%"),
        ],
    )
    ticks = lite.mark(
        {"type": "tick", "thickness": 3, "size": 26, "color": ACCENT},
        [row for row in even if row["even"] is not None],
        x=lite.field("even", "quantitative"),
        y=y,
        tooltip=[
            lite.field("even", "quantitative", title=_("even weights would give"), format=".1%")
        ],
    )
    return lite.figure(bars, ticks, height=52 * max(1, len(names)) + 60)


def stage_strips(
    labels: list[str],
    positions: list[int],
    stages: list[tuple[str, np.ndarray, bool]],
    chosen: int,
) -> Spec:
    """One query's row, stage after stage, keys from left to right.

    Parameters
    ----------
    labels : one per key shown
    positions : the keys' positions
    stages : (name, values of shape (n keys,), signed?); -inf has no colour. Each
        stage is coloured up to its own largest value
    chosen : position of the key to mark
    """
    names = [f"{i} {text}" for text, i in zip(labels, positions, strict=True)]
    rows = []
    for name, values, signed in stages:
        largest = float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0
        for key, position, value in zip(names, positions, values.tolist(), strict=True):
            finite = math.isfinite(value)
            rows.append(
                {
                    "key": key,
                    "stage": name,
                    "signed": signed,
                    "share": value / largest if finite else 0.0,
                    "finite": finite,
                    "text": _written(value, signed),
                    "chosen": position == chosen,
                }
            )
    x = lite.field(
        "key",
        sort=names,
        axis=lite.token_axis(labelAngle=-45, labelLimit=120),
        scale={"paddingInner": 0.06, "paddingOuter": 0.02},
    )
    order = [name for name, _values, _signed in stages]
    y = lite.field(
        "stage", sort=order, axis=lite.axis(labelLimit=190, minExtent=92, ticks=False, domain=False)
    )
    tip = [
        lite.field("key", title=_("key")),
        lite.field("stage", title=_("step")),
        lite.field("text", title=_("value")),
    ]

    def cells(signed: bool, scale: Spec) -> Spec:
        return lite.mark(
            {"type": "rect", "strokeWidth": 3},
            [row for row in rows if row["finite"] and row["signed"] is signed],
            x=x,
            y=y,
            color=lite.field("share", "quantitative", scale=scale, legend=None),
            stroke={"condition": {"test": "datum.chosen", "value": ACCENT}, "value": None},
            tooltip=tip,
        )

    # Numbers stand in the cells: half the ramp keeps them legible on both themes.
    layers = [cells(True, lite.signed_scale(2.0)), cells(False, lite.weight_scale(2.2))]
    if len(names) <= 14:
        layers.append(lite.mark(_IN_CELLS, rows, x=x, y=y, text=lite.field("text")))
    return lite.figure(*layers, height=44 * len(stages) + 90, independent=True)


def _written(value: float, signed: bool) -> str:
    if not math.isfinite(value):
        return "−∞"
    if signed:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return f"{Number(value):.{digits}f}"
    return f"{100 * value:.0f}%" if value >= 0.005 else "~0"


def product_bars(products: np.ndarray) -> Spec:
    """q_i k_i for each dimension of a head.

    Parameters
    ----------
    products : shape (d_head,)
    """
    signs = [_("pulls up"), _("pulls down")]
    bars = lite.mark(
        "bar",
        lite.rows(
            dimension=range(len(products)),
            product=products,
            sign=[signs[int(v < 0)] for v in products.tolist()],
        ),
        x=lite.field(
            "dimension",
            "ordinal",
            axis=lite.axis(_("dimension i of the head"), labelAngle=0, labelOverlap=True),
        ),
        y=lite.field("product", "quantitative", axis=lite.axis("qᵢ · kᵢ", tickCount=5)),
        color=lite.field(
            "sign",
            scale={"domain": signs, "range": [ORANGE, BLUE]},
            legend=lite.legend(None, orient="top"),
        ),
        tooltip=[
            lite.field("dimension", "ordinal", title=_("dimension")),
            lite.field("product", "quantitative", title="qᵢ · kᵢ", format=".4f"),
        ],
    )
    return lite.figure(bars, height=200)


def vector_strips(rows: list[tuple[str, np.ndarray]]) -> Spec:
    """Vectors of one length as strips under each other, each scaled to its own largest value.

    Parameters
    ----------
    rows : (name, values of shape (d,))
    """
    data = []
    for name, values in rows:
        largest = float(np.abs(values).max(initial=0.0)) or 1.0
        data += lite.rows(
            vector=[name] * len(values),
            dimension=range(len(values)),
            value=values,
            share=values / largest,
        )
    cells = lite.mark(
        "rect",
        data,
        x=lite.field(
            "dimension",
            "ordinal",
            axis=lite.axis(_("dimension"), labelAngle=0, labelOverlap=True),
            scale={"padding": 0},
        ),
        y=lite.field("vector", sort=[name for name, _v in rows], axis=lite.axis(labelLimit=200)),
        color=lite.field("share", "quantitative", scale=lite.signed_scale(1.0), legend=None),
        tooltip=[
            lite.field("vector", title=_("vector")),
            lite.field("dimension", "ordinal", title=_("dimension")),
            lite.field("value", "quantitative", title=_("value"), format=".4f"),
        ],
    )
    return lite.figure(cells, height=34 * len(rows) + 70)


def change_bars(labels: list[str], before: np.ndarray, after: np.ndarray) -> alt.Chart:
    """Next-token probabilities before and after, the largest change first.

    Parameters
    ----------
    labels : one per token, distinct
    before, after : shape (n,)
    """
    whole, without = _("all heads"), _("switched off")
    labels = [text_in_expressions(label) for label in labels]
    percent = axis(_("probability of the next token"), format=".1%", tickCount=5)
    data = pd.DataFrame(
        {
            "token": labels * 2,
            "model": [whole] * len(labels) + [without] * len(labels),
            "p": np.concatenate([before, after]),
        }
    )
    return (
        alt.Chart(data)
        .mark_bar()
        .encode(
            x=alt.X("p:Q", axis=percent),
            y=alt.Y("token:N", sort=labels, axis=token_axis()),
            yOffset=alt.YOffset("model:N", sort=[whole, without]),
            color=alt.Color(
                "model:N",
                scale=alt.Scale(domain=[whole, without], range=[CATEGORIES[0], CATEGORIES[1]]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("token:N", title=_("token")),
                alt.Tooltip("model:N", title=_("model")),
                alt.Tooltip("p:Q", title=_("probability"), format=".2%"),
            ],
        )
        .properties(height=44 * max(1, len(labels)) + 60)
    )


def effect_grid(effects: np.ndarray, chosen: tuple[int, int]) -> alt.LayerChart:
    """What each head alone matters to the prediction, in bits.

    Parameters
    ----------
    effects : shape (n_layer, n_head), KL divergence in bits
    chosen : (layer, head) to mark
    """
    layers, heads = np.indices(effects.shape)
    data = pd.DataFrame({"layer": layers.ravel(), "head": heads.ravel(), "bits": effects.ravel()})
    data["chosen"] = (data["layer"] == chosen[0]) & (data["head"] == chosen[1])
    base = alt.Chart(data).encode(
        x=alt.X("head:O", axis=axis(_("head"), labelAngle=0)),
        y=alt.Y("layer:O", axis=axis(_("layer"))),
        tooltip=[
            alt.Tooltip("layer:O", title=_("layer")),
            alt.Tooltip("head:O", title=_("head")),
            alt.Tooltip("bits:Q", title=_("change in bits"), format=".3f"),
        ],
    )
    cells = base.mark_rect().encode(
        color=alt.Color(
            "bits:Q",
            scale=alt.Scale(domain=[0, max(float(effects.max()), 1e-6)]),
            legend=legend(_("change, bits"), format=".2~f"),
        )
    )
    mark = (
        base.transform_filter(alt.datum.chosen)
        .mark_rect(filled=False, strokeWidth=3, stroke=ACCENT)
        .encode()
    )
    return alt.layer(cells, mark).properties(height=max(160, 28 * len(effects)))


def token_matrix(
    matrix: np.ndarray, labels: list[str], positions: list[int], *, signed: bool
) -> Spec:
    """A small matrix of queries (down) and keys (across) with its numbers.

    Parameters
    ----------
    matrix : shape (n, n); -inf stands for masked and has no colour
    labels, positions : of the n tokens
    signed : blue to orange around zero, else weights in [0, 1]
    """
    names = [f"{i} {text}" for text, i in zip(labels, positions, strict=True)]
    queries, keys = np.indices(matrix.shape)
    largest = float(np.abs(matrix[np.isfinite(matrix)]).max(initial=0.0)) or 1.0
    rows = lite.rows(
        query=[names[i] for i in queries.ravel()],
        key=[names[i] for i in keys.ravel()],
        value=matrix.ravel(),
        text=[_written(v, signed) for v in matrix.ravel().tolist()],
    )
    x = lite.field("key", sort=names, axis=lite.token_axis(labelAngle=-45, labelLimit=90))
    y = lite.field("query", sort=names, axis=lite.token_axis(labelLimit=110))
    tip = [
        lite.field("query", title=_("query")),
        lite.field("key", title=_("key")),
        lite.field("text", title=_("value")),
    ]
    # Numbers stand in the cells: half the ramp keeps them legible on both themes.
    scale = lite.signed_scale(2.0 * largest) if signed else lite.weight_scale(2.2)
    cells = lite.mark(
        "rect",
        [row for row in rows if row["value"] is not None],
        x=x,
        y=y,
        color=lite.field("value", "quantitative", scale=scale, legend=None),
        tooltip=tip,
    )
    numbers = lite.mark(_IN_CELLS, rows, x=x, y=y, text=lite.field("text"), tooltip=tip)
    return lite.figure(cells, numbers, height=34 * len(names) + 80)
