"""Figures of the attention page: arrays in, unconfigured charts, bytes or SVG out."""

from __future__ import annotations

import base64
import io
import json
import struct
from html import escape
from typing import Any

import altair as alt
import numpy as np
import pandas as pd
from PIL import Image, ImageDraw, ImageFont

from core.charts.theme import (
    ACCENT,
    BLUE,
    CATEGORIES,
    FONT_SIZE,
    ORANGE,
    axis,
    legend,
    ramp,
    signed_scale,
    token_axis,
    weight_scale,
)
from core.language import _

#: Up to this many tokens the browser gets float32; above, half the bytes.
EXACT_UP_TO = 256
#: Up to this many tokens a picture has one rectangle per cell; above, an embedded image.
RECTANGLES_UP_TO = 64


# --- for the components -----------------------------------------------------------------------


def pack(header: dict[str, Any], body: bytes) -> bytes:
    """A JSON header and raw numbers as one message.

    Returns
    -------
    bytes
        The header's length (4 bytes, little endian), the header padded with
        spaces to a multiple of four, the numbers.
    """
    text = json.dumps(header, ensure_ascii=False).encode("utf-8")
    text += b" " * (-len(text) % 4)
    return struct.pack("<I", len(text)) + text + body


def packed_triangle(pattern: np.ndarray) -> tuple[bytes, bool]:
    """The lower triangle, row after row.

    Parameters
    ----------
    pattern : shape (query, key)

    Returns
    -------
    bytes, half
        Little-endian float32, or float16 (three digits) if `half`: 1,024 tokens
        are 1.05 MB that way.
    """
    half = len(pattern) > EXACT_UP_TO
    cells = pattern[np.tri(len(pattern), dtype=bool)]
    return cells.astype("<f2" if half else "<f4").tobytes(), half


def packed_pictures(pictures: np.ndarray) -> bytes:
    """Small pictures as bytes, 255 for a weight of one; shape (..., s, s)."""
    return np.rint(np.clip(pictures, 0, 1) * 255).astype(np.uint8).tobytes()


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
                    f"<title>{100 * pattern[q, k]:.2f} %</title></rect>"
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
) -> alt.LayerChart:
    """Head scores: this prompt, the fixed set, and what even weights would give.

    Parameters
    ----------
    names, here, fixed, chance : same length; NaN is left out
    """
    prompt, standard = _("this prompt"), _("fixed set")
    rows = pd.DataFrame(
        [(n, prompt, v) for n, v in zip(names, here, strict=True)]
        + [(n, standard, v) for n, v in zip(names, fixed, strict=True)],
        columns=["kind", "measured", "score"],
    ).dropna()
    even = pd.DataFrame({"kind": names, "even": chance}).dropna()
    y = alt.Y("kind:N", sort=names, axis=axis(labelLimit=240))
    offset = alt.YOffset("measured:N", sort=[prompt, standard])
    x_axis = axis(_("share of attention"), format=".0%", tickCount=5)
    bars = (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("score:Q", scale=alt.Scale(domain=[0, 1]), axis=x_axis),
            y=y,
            yOffset=offset,
            color=alt.Color(
                "measured:N",
                scale=alt.Scale(domain=[prompt, standard], range=[CATEGORIES[3], CATEGORIES[0]]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=_("looks at")),
                alt.Tooltip("measured:N", title=_("measured on")),
                alt.Tooltip("score:Q", title=_("score"), format=".1%"),
            ],
        )
    )
    ticks = (
        alt.Chart(even)
        .mark_tick(thickness=3, size=26, color=ACCENT)
        .encode(
            x="even:Q",
            y=y,
            tooltip=[alt.Tooltip("even:Q", title=_("even weights would give"), format=".1%")],
        )
    )
    return alt.layer(bars, ticks).properties(height=52 * max(1, len(names)) + 60)


def stage_strips(
    labels: list[str],
    positions: list[int],
    stages: list[tuple[str, np.ndarray, bool]],
    chosen: int,
) -> alt.LayerChart:
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
        for key, position, value in zip(names, positions, values, strict=True):
            finite = bool(np.isfinite(value))
            rows.append(
                {
                    "key": key,
                    "stage": name,
                    "signed": signed,
                    "share": float(value) / largest if finite else 0.0,
                    "finite": finite,
                    "text": _written(float(value), signed),
                    "chosen": position == chosen,
                }
            )
    data = pd.DataFrame(rows)
    order = [name for name, _values, _signed in stages]
    x = alt.X(
        "key:N",
        sort=names,
        axis=token_axis(labelAngle=-45, labelLimit=120),
        scale=alt.Scale(paddingInner=0.06, paddingOuter=0.02),
    )
    y = alt.Y("stage:N", sort=order, axis=axis(labelLimit=190, ticks=False, domain=False))
    tip = [
        alt.Tooltip("key:N", title=_("key")),
        alt.Tooltip("stage:N", title=_("step")),
        alt.Tooltip("text:N", title=_("value")),
    ]

    def cells(part: pd.DataFrame, scale: alt.Scale) -> alt.Chart:
        return (
            alt.Chart(part)
            .mark_rect(strokeWidth=3)
            .encode(
                x=x,
                y=y,
                color=alt.Color("share:Q", scale=scale, legend=None),
                stroke=alt.condition(alt.datum.chosen, alt.value(ACCENT), alt.value(None)),
                tooltip=tip,
            )
        )

    seen = data[data["finite"]]
    layers: list[alt.Chart] = [
        # Numbers stand in the cells: half the ramp keeps them legible on both themes.
        cells(seen[seen["signed"]], signed_scale(2.0)),
        cells(seen[~seen["signed"]], weight_scale(2.2)),
    ]
    if len(names) <= 14:
        text = alt.Chart(data).mark_text(fontSize=FONT_SIZE).encode(x=x, y=y, text="text:N")
        layers.append(text)
    return (
        alt.layer(*layers)
        .resolve_scale(color="independent")
        .properties(height=44 * len(stages) + 90)
    )


def _written(value: float, signed: bool) -> str:
    if not np.isfinite(value):
        return "−∞"
    if signed:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        return f"{value:.{digits}f}".replace("-", "−")
    return f"{100 * value:.0f}%" if value >= 0.005 else "~0"


def product_bars(products: np.ndarray) -> alt.Chart:
    """q_i k_i for each dimension of a head.

    Parameters
    ----------
    products : shape (d_head,)
    """
    rows = pd.DataFrame({"dimension": np.arange(len(products)), "product": products})
    rows["sign"] = np.where(products >= 0, _("pulls up"), _("pulls down"))
    return (
        alt.Chart(rows)
        .mark_bar()
        .encode(
            x=alt.X(
                "dimension:O",
                axis=axis(_("dimension i of the head"), labelAngle=0, labelOverlap=True),
            ),
            y=alt.Y("product:Q", axis=axis("qᵢ · kᵢ", tickCount=5)),
            color=alt.Color(
                "sign:N",
                scale=alt.Scale(domain=[_("pulls up"), _("pulls down")], range=[ORANGE, BLUE]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("dimension:O", title=_("dimension")),
                alt.Tooltip("product:Q", title="qᵢ · kᵢ", format=".4f"),
            ],
        )
        .properties(height=200)
    )


def vector_strips(rows: list[tuple[str, np.ndarray]]) -> alt.Chart:
    """Vectors of one length as strips under each other, each scaled to its own largest value.

    Parameters
    ----------
    rows : (name, values of shape (d,))
    """
    frames = []
    for name, values in rows:
        largest = float(np.abs(values).max(initial=0.0)) or 1.0
        frames.append(
            pd.DataFrame(
                {
                    "vector": name,
                    "dimension": np.arange(len(values)),
                    "value": values,
                    "share": values / largest,
                }
            )
        )
    data = pd.concat(frames)
    names = [name for name, _values in rows]
    return (
        alt.Chart(data)
        .mark_rect()
        .encode(
            x=alt.X(
                "dimension:O",
                axis=axis(_("dimension"), labelAngle=0, labelOverlap=True),
                scale=alt.Scale(padding=0),
            ),
            y=alt.Y("vector:N", sort=names, axis=axis(labelLimit=200)),
            color=alt.Color("share:Q", scale=signed_scale(1.0), legend=None),
            tooltip=[
                alt.Tooltip("vector:N", title=_("vector")),
                alt.Tooltip("dimension:O", title=_("dimension")),
                alt.Tooltip("value:Q", title=_("value"), format=".4f"),
            ],
        )
        .properties(height=34 * len(rows))
    )


def change_bars(labels: list[str], before: np.ndarray, after: np.ndarray) -> alt.Chart:
    """Next-token probabilities before and after, the largest change first.

    Parameters
    ----------
    labels : one per token, distinct
    before, after : shape (n,)
    """
    whole, without = _("all heads"), _("switched off")
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
) -> alt.LayerChart:
    """A small matrix of queries (down) and keys (across) with its numbers.

    Parameters
    ----------
    matrix : shape (n, n); -inf stands for masked and has no colour
    labels, positions : of the n tokens
    signed : blue to orange around zero, else weights in [0, 1]
    """
    names = [f"{i} {text}" for text, i in zip(labels, positions, strict=True)]
    queries, keys = np.indices(matrix.shape)
    finite = np.isfinite(matrix)
    largest = float(np.abs(matrix[finite]).max(initial=0.0)) or 1.0
    data = pd.DataFrame(
        {
            "query": [names[i] for i in queries.ravel()],
            "key": [names[i] for i in keys.ravel()],
            "value": np.where(finite, matrix, 0.0).ravel(),
            "finite": finite.ravel(),
            "text": [_written(float(v), signed) for v in matrix.ravel()],
        }
    )
    x = alt.X("key:N", sort=names, axis=token_axis(labelAngle=-45, labelLimit=90))
    y = alt.Y("query:N", sort=names, axis=token_axis(labelLimit=110))
    tip = [
        alt.Tooltip("query:N", title=_("query")),
        alt.Tooltip("key:N", title=_("key")),
        alt.Tooltip("text:N", title=_("value")),
    ]
    # Numbers stand in the cells: half the ramp keeps them legible on both themes.
    scale = signed_scale(2.0 * largest) if signed else weight_scale(2.2)
    cells = (
        alt.Chart(data[data["finite"]])
        .mark_rect()
        .encode(x=x, y=y, color=alt.Color("value:Q", scale=scale, legend=None), tooltip=tip)
    )
    text = (
        alt.Chart(data).mark_text(fontSize=FONT_SIZE).encode(x=x, y=y, text="text:N", tooltip=tip)
    )
    return alt.layer(cells, text).properties(height=34 * len(names) + 80)
