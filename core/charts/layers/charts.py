"""Charts of the layers page, and the data of its two drawn figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from core.charts.drawing import Drawing, hexed, ink_on
from core.charts.theme import (
    ACCENT,
    CATEGORIES,
    FONT_SIZE,
    INK_DARK,
    INK_LIGHT,
    MONOSPACE,
    axis,
    legend,
    ramp,
    signed_scale,
    text_in_expressions,
    token_axis,
)
from core.language import _
from core.numbers import Number, percent

Names = Sequence[str]


def row_names(n_layer: int) -> list[str]:
    """Names of the lens's rows, top to bottom: the embedding, then what leaves each layer."""
    return [_("embedding"), *(_("after L{layer}").format(layer=i) for i in range(n_layer))]


def _layers(*charts: alt.Chart) -> alt.LayerChart:
    return alt.LayerChart(layer=list(charts))


# --- the lens grid ----------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Watch:
    """A word followed through the grid: its name, probabilities and ranks, (row, column)."""

    name: str
    probs: np.ndarray
    ranks: np.ndarray
    n_vocab: int


def lens_cells(
    start: int,
    tokens: Names,
    top_names: Sequence[Sequence[Names]],
    top_probs: np.ndarray,
    entropy: np.ndarray,
    settled: np.ndarray,
    chosen: int,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """What the lens grid draws.

    Parameters
    ----------
    start : position of the first column
    tokens : of the columns
    top_names : (row, column, top) names of the likeliest tokens
    top_probs : shape (row, column, top)
    entropy : shape (row, column), bits
    settled : shape (column,), first row from which the top token is the final one
    chosen : position of the followed token; it may lie outside the window
    watch : write and colour by this word's rank instead of the top token's probability
    """
    n_rows, n_columns = entropy.shape

    def cell(r: int, c: int) -> dict[str, Any]:
        likely = [
            [name, round(float(p), 3), percent(p)]
            for name, p in zip(top_names[r][c], top_probs[r, c], strict=True)
        ]
        text, shade = top_names[r][c][0], float(top_probs[r, c, 0])
        words = _("undecided by {bits:.1f} bits").format(bits=entropy[r, c])
        if watch is not None:
            rank = int(watch.ranks[r, c])
            text = f"{rank:,}"
            shade = 1 - np.log(rank) / np.log(watch.n_vocab)
            words = _("“{name}” is number {rank:,} with {p}").format(
                name=watch.name, rank=rank, p=percent(watch.probs[r, c])
            )
        same = top_names[r][c][0] == top_names[-1][c][0]
        return {
            "t": text,
            "v": round(float(shade), 3),
            "w": words,
            "f": watch is None and same and r >= int(settled[c]),
            "s": watch is None and r == int(settled[c]),
            "k": likely,
        }

    return {
        "columns": [{"n": start + c, "t": token} for c, token in enumerate(tokens)],
        "rows": row_names(n_rows - 1),
        "cells": [[cell(r, c) for c in range(n_columns)] for r in range(n_rows)],
        "chosen": chosen - start if start <= chosen < start + n_columns else -1,
        "corner": _("read"),
        "inks": [INK_LIGHT, INK_DARK],
        "place": _("{row}, token {n} “{token}”:"),
    }


def lens_picture(cells: dict[str, Any], title: str) -> Drawing:
    """The lens grid to take away.

    Parameters
    ----------
    cells : as `lens_cells` returns them
    title : what the grid shows, one line
    """
    left, top, wide, high = 100, 88, 92, 30
    columns, rows = cells["columns"], cells["rows"]
    width = left + max(len(columns), 5) * wide + 16
    drawing = Drawing(width, top + len(rows) * high + 16, title)
    drawing.words(12, 20, title, size=16, bold=True, most=width // 9)
    for c, column in enumerate(columns):
        middle = left + (c + 0.5) * wide
        drawing.words(middle, 50, str(column["n"]), anchor="middle")
        drawing.words(middle, 70, column["t"], anchor="middle", mono=True, bold=True, most=9)
        if c == cells["chosen"]:
            drawing.box(left + c * wide, 82, wide - 4, 3, ACCENT)
    for r, name in enumerate(rows):
        y = top + r * high
        drawing.words(left - 8, y + high / 2, name, anchor="end")
        for c, cell in enumerate(cells["cells"][r]):
            colour = ramp(np.array(cell["v"]), dark=False)
            ink = ink_on(colour)
            x = left + c * wide
            note = f"{name}, {columns[c]['t']}: {cell['t']}, {cell['w']}"
            edge = ink if cell["s"] else None
            drawing.box(x, y, wide - 4, high - 4, hexed(colour), edge=edge, note=note)
            drawing.words(
                x + (wide - 4) / 2,
                y + (high - 4) / 2,
                cell["t"],
                anchor="middle",
                ink=ink,
                mono=True,
                bold=cell["f"],
                most=9,
            )
    return drawing


def race_chart(names: Names, values: np.ndarray, measure: str) -> alt.Chart:
    """How candidates fare from layer to layer.

    Parameters
    ----------
    names : of the candidates, at most six
    values : shape (row, candidate); probabilities in [0, 1], or ranks from 1
    measure : "probability" or "rank"
    """
    n_rows = len(values)
    rows = row_names(n_rows - 1)
    names = [text_in_expressions(name) for name in names]
    data = pd.DataFrame(
        [
            {
                "row": r,
                "place": rows[r],
                "token": name,
                "value": float(values[r, i]) * (100 if measure == "probability" else 1),
            }
            for r in range(n_rows)
            for i, name in enumerate(names)
        ]
    )
    if measure == "probability":
        title = _("probability (%)")
        y = alt.Y("value:Q", axis=axis(title, tickCount=5), scale=alt.Scale(domainMin=0))
    else:
        title = _("rank (1 = first choice)")
        bound = max(10.0, float(np.max(values)))
        y = alt.Y(
            "value:Q",
            axis=axis(title, values=[1, 10, 100, 1000, 10_000], format=",d"),
            scale=alt.Scale(type="log", domain=[1, bound], reverse=True),
        )
    labels = "datum.value == 0 ? 'in' : 'L' + (datum.value - 1)"
    step = 1 if n_rows <= 14 else 4 if n_rows <= 30 else 6
    x = alt.X(
        "row:Q",
        axis=axis(
            _("layer whose output is read"),
            values=list(range(0, n_rows, step)),
            labelExpr=labels,
            grid=False,
        ),
        scale=alt.Scale(domain=[0, max(1, n_rows - 1)], nice=False, padding=12),
    )
    colour = alt.Color(
        "token:N",
        sort=list(names),
        legend=legend(None, orient="top", labelFont=MONOSPACE, symbolStrokeWidth=4, columns=3),
        scale=alt.Scale(domain=list(names), range=list(CATEGORIES[: len(names)])),
    )
    return (
        alt.Chart(data)
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=55, filled=True))
        .encode(
            x=x,
            y=y,
            color=colour,
            tooltip=[
                alt.Tooltip("token:N", title=_("token")),
                alt.Tooltip("place:N", title=_("read")),
                alt.Tooltip("value:Q", title=title, format=",.3~f"),
            ],
        )
        .properties(height=340)
    )


# --- one block --------------------------------------------------------------------------


def block_stations(
    stations: dict[str, np.ndarray], lengths: dict[str, float], chosen: str | None
) -> dict[str, Any]:
    """What the block diagram draws.

    Parameters
    ----------
    stations : `core.views.block.BlockSteps.stations`
    lengths : the Euclidean norm of each
    chosen : the station whose arithmetic is open
    """
    roles = {
        "resid_pre": ("trunk start", "", _("the stream that enters"), False),
        "ln_1": ("branch leave", "", _("copied off and normalised"), True),
        "attn": ("branch enter", "+", _("what earlier tokens add"), True),
        "resid_mid": ("trunk", "", _("the stream in the middle"), False),
        "ln_2": ("branch leave", "", _("copied off and normalised"), True),
        "c_fc": ("branch", "", _("widened to n_inner neurons"), False),
        "gelu": ("branch", "", _("bent by GELU"), True),
        "mlp": ("branch enter", "+", _("what the neurons add"), False),
        "resid_post": ("trunk end", "", _("the stream that leaves"), False),
    }
    drawn = []
    for name, vector in stations.items():
        role, dot, what, pick = roles[name]
        # A handful of very large dimensions would leave the rest grey: colours end at 98 %.
        bound = max(float(np.quantile(np.abs(vector), 0.98)), 1e-6)
        drawn.append(
            {
                "name": name,
                "role": role,
                "dot": dot,
                "what": what,
                "pick": pick,
                "bound": bound,
                "values": [float(f"{v:.4g}") for v in vector],
                "length": _("‖x‖ {length:.1f}").format(length=lengths[name]),
            }
        )
    return {
        "stations": drawn,
        "chosen": chosen,
        "hint": _("Point at a strip to read a number; click an underlined station to open it."),
        "point": _("{name}, dimension {dim}: {value}"),
    }


def block_picture(drawn: dict[str, Any], title: str) -> Drawing:
    """The vectors of one block as strips, to take away.

    Parameters
    ----------
    drawn : as `block_stations` returns it
    title : which block and token, one line
    """
    left, top, high, room = 330, 44, 42, 560
    drawing = Drawing(left + room + 110, top + len(drawn["stations"]) * high + 8, title)
    drawing.words(12, 20, title, size=16, bold=True, most=110)
    for i, station in enumerate(drawn["stations"]):
        y, values = top + i * high, np.asarray(station["values"])
        indent = 12 if station["role"].startswith("trunk") else 36
        drawing.words(indent, y + 9, station["name"], mono=True, bold=True)
        drawing.words(indent, y + 26, station["what"], size=14)
        colours = ramp(values / station["bound"], dark=False, signed=True)
        drawing.strip(left, y + 4, room, 26, colours)
        drawing.words(left + room + 10, y + 17, station["length"])
    return drawing


def growth_chart(stream: np.ndarray, attn: np.ndarray, mlp: np.ndarray) -> alt.Chart:
    """The length of the stream along the stack, and of what each part adds.

    Parameters
    ----------
    stream : shape (n_layer + 1,)
    attn, mlp : shape (n_layer,)
    """
    kinds = [_("residual stream"), _("attention adds"), _("MLP adds")]
    n_layer = len(attn)
    # A layer's additions lie between the stream that enters and the one that leaves.
    rows = [
        *({"x": float(i), "length": float(v), "kind": kinds[0]} for i, v in enumerate(stream)),
        *({"x": i + 0.33, "length": float(v), "kind": kinds[1]} for i, v in enumerate(attn)),
        *({"x": i + 0.67, "length": float(v), "kind": kinds[2]} for i, v in enumerate(mlp)),
    ]
    step = 1 if n_layer <= 14 else 4
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=50, filled=True))
        .encode(
            x=alt.X(
                "x:Q",
                axis=axis(
                    _("layer (each number: the stream that enters it)"),
                    values=list(range(0, n_layer + 1, step)),
                    grid=False,
                    format="d",
                ),
                scale=alt.Scale(domain=[0, n_layer], nice=False, padding=12),
            ),
            y=alt.Y("length:Q", axis=axis(_("length ‖x‖"), tickCount=5)),
            color=alt.Color(
                "kind:N",
                sort=kinds,
                legend=legend(None, orient="top", symbolStrokeWidth=4),
                scale=alt.Scale(domain=kinds, range=list(CATEGORIES[:3])),
            ),
            tooltip=[
                alt.Tooltip("kind:N", title=_("what")),
                alt.Tooltip("length:Q", title=_("length"), format=".2f"),
            ],
        )
        .properties(height=320)
    )


def gelu_chart(
    curve: tuple[np.ndarray, np.ndarray], hidden: np.ndarray, active: np.ndarray
) -> alt.LayerChart:
    """GELU's curve and where the neurons of the moment sit on it.

    Parameters
    ----------
    curve : x and y of its points, from the left to the right
    hidden, active : shape (n_inner,), before and after GELU
    """
    x, y = curve
    scale = alt.Scale(domain=[float(x[0]), float(x[-1])], nice=False)
    line = (
        alt.Chart(pd.DataFrame({"x": x, "y": y}))
        .mark_line(strokeWidth=3, color=CATEGORIES[0])
        .encode(x=alt.X("x:Q", axis=axis(_("before GELU")), scale=scale), y="y:Q")
    )
    neurons = pd.DataFrame({"neuron": range(len(hidden)), "x": hidden, "y": active})
    dots = (
        alt.Chart(neurons)
        .mark_point(size=60, opacity=0.45, color=ACCENT, filled=True)
        .encode(
            x=alt.X("x:Q", scale=scale),
            y=alt.Y("y:Q", axis=axis(_("after GELU"))),
            tooltip=[
                alt.Tooltip("neuron:O", title=_("neuron")),
                alt.Tooltip("x:Q", title=_("before"), format=".3f"),
                alt.Tooltip("y:Q", title=_("after"), format=".3f"),
            ],
        )
    )
    return _layers(line, dots).properties(height=320)


# --- who wrote the answer ---------------------------------------------------------------


def attribution_parts(
    embedding: tuple[float, float],
    attn: np.ndarray,
    mlp: np.ndarray,
    biases: tuple[float, float],
    total: float,
    own: float,
) -> list[tuple[str, str, str, float]]:
    """The bars of an attribution: group, slot, kind, value, from the embedding to the sum.

    Parameters
    ----------
    embedding : what the token's and the position's row add
    attn, mlp : shape (n_layer,)
    biases : of all layers together, and of `ln_f`
    total : the sum of all parts
    own : the model's own number
    """
    kinds = [_("embedding"), _("attention"), _("MLP"), _("biases"), _("sum"), _("model")]
    ends = _("embed."), _("biases"), _("sum")
    rows = [(ends[0], slot, kinds[0], v) for slot, v in zip("ab", embedding, strict=True)]
    for layer, pair in enumerate(zip(attn, mlp, strict=True)):
        rows += [
            (f"L{layer}", slot, kind, float(v))
            for slot, kind, v in zip("ab", kinds[1:3], pair, strict=True)
        ]
    rows += [(ends[1], slot, kinds[3], v) for slot, v in zip("ab", biases, strict=True)]
    rows += [(ends[2], "a", kinds[4], total), (ends[2], "b", kinds[5], own)]
    return rows


def attribution_bars(parts: Sequence[tuple[str, str, str, float]], unit: str) -> alt.LayerChart:
    """Contributions to a logit, side by side along the stack.

    Parameters
    ----------
    parts : (group on the axis, slot within it "a" or "b", kind, value), in order
    unit : the axis title
    """
    data = pd.DataFrame(parts, columns=["group", "slot", "kind", "value"])
    groups, kinds = list(dict.fromkeys(data["group"])), list(dict.fromkeys(data["kind"]))
    many = len(groups) > 16
    x = alt.X(
        "group:N",
        sort=groups,
        axis=axis(None, labelAngle=-90 if many else 0, labelOverlap=False),
    )
    bars = (
        alt.Chart(data)
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=x,
            xOffset=alt.XOffset("slot:N", sort=["a", "b"]),
            y=alt.Y("value:Q", axis=axis(unit, tickCount=6)),
            color=alt.Color(
                "kind:N",
                sort=kinds,
                legend=legend(None, orient="top", columns=3),
                scale=alt.Scale(domain=kinds, range=list(CATEGORIES[: len(kinds)])),
            ),
            tooltip=[
                alt.Tooltip("group:N", title=_("where")),
                alt.Tooltip("kind:N", title=_("part")),
                alt.Tooltip("value:Q", title=_("adds"), format="+.3f"),
            ],
        )
    )
    zero = alt.Chart(pd.DataFrame({"zero": [0]})).mark_rule(opacity=0.7).encode(y="zero:Q")
    return _layers(bars, zero).properties(height=360)


def attribution_picture(
    parts: Sequence[tuple[str, str, str, float]], heads: np.ndarray, title: str, unit: str
) -> Drawing:
    """The bars of `attribution_bars` above the cells of `heads_heat`, to take away.

    Parameters
    ----------
    parts : as `attribution_parts` returns them
    heads : shape (n_layer, n_head)
    title : which logit or difference, one line
    unit : of the values
    """
    groups, kinds = (list(dict.fromkeys(column)) for column in list(zip(*parts, strict=True))[::2])
    n_layer, n_head = heads.shape
    left, wide, high, cell = 80, 56, 260, 26
    width = left + max(len(groups) * wide, n_head * wide, 672) + 16
    drawing = Drawing(width, high + 170 + n_layer * cell, title)
    drawing.words(12, 20, title, size=16, bold=True, most=width // 9)
    for i, kind in enumerate(kinds):
        drawing.box(left + i * 112, 42, 14, 14, CATEGORIES[i])
        drawing.words(left + i * 112 + 20, 49, kind)
    low = min(0.0, *(value for *_names, value in parts))
    room = max(max(value for *_names, value in parts) - low, 1e-9)
    zero = 80 + high * (room + low) / room
    for tick in _ticks(low, low + room):
        y = zero - high * tick / room
        drawing.line(left, y, left + len(groups) * wide, y, INK_LIGHT if tick == 0 else "#DDD8EA")
        drawing.words(left - 8, y, f"{Number(tick):g}", anchor="end", size=14)
    for group, slot, kind, value in parts:
        length = high * value / room
        x = left + groups.index(group) * wide + (24 if slot == "b" else 2)
        colour = CATEGORIES[kinds.index(kind)]
        note = f"{group}, {kind}: {Number(value):+.4f}"
        drawing.box(x, min(zero, zero - length), 20, abs(length), colour, note=note)
    drawing.line(left, zero, left + len(groups) * wide, zero)
    drawing.words(12, 70, unit)
    for i, group in enumerate(groups):
        drawing.words(left + i * wide + 23, high + 98, group, anchor="middle", size=14)
    top, bound = high + 150, max(float(np.abs(heads).max()), 1e-9)
    drawing.words(12, top - 14, _("head"))
    for head in range(n_head):
        drawing.words(left + head * wide + 26, top - 14, str(head), anchor="middle")
    for layer in range(n_layer):
        y = top + layer * cell
        drawing.words(left - 8, y + 12, f"L{layer}", anchor="end")
        for head, value in enumerate(heads[layer]):
            colour = ramp(np.array(value / bound), dark=False, signed=True)
            x = left + head * wide
            drawing.box(x, y, wide - 3, cell - 3, hexed(colour))
            text, ink = f"{Number(value):+.2f}", ink_on(colour)
            drawing.words(x + 26, y + 12, text, anchor="middle", size=14, ink=ink)
    return drawing


def _ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from `low` to `high`, zero among them if it lies between."""
    size = 10.0 ** np.floor(np.log10((high - low) / most))
    step = next(size * n for n in (1, 2, 5, 10) if (high - low) / (size * n) <= most)
    return [float(step * n) for n in range(int(np.ceil(low / step)), int(high / step) + 1)]


def heads_heat(values: np.ndarray) -> alt.LayerChart:
    """Each head's contribution, shape (n_layer, n_head): blue against, orange for."""
    n_layer, n_head = values.shape
    layers, heads = np.indices(values.shape)
    bound = float(np.abs(values).max())
    digits = 2 if bound >= 0.5 else 3
    data = pd.DataFrame(
        {
            "layer": layers.ravel(),
            "head": heads.ravel(),
            "value": values.ravel(),
            "text": [f"{Number(v):+.{digits}f}" for v in values.ravel()],
            "name": [f"L{i}.H{h}" for i, h in zip(layers.ravel(), heads.ravel(), strict=True)],
        }
    )
    numbered = n_head <= 12
    base = alt.Chart(data).encode(
        x=alt.X("head:O", axis=axis(_("head"), labelAngle=0, orient="top")),
        y=alt.Y("layer:O", axis=axis(_("layer"))),
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "value:Q",
            # Where numbers are written on the cells, the ramp's dark ends are left out.
            scale=signed_scale(bound * (1.8 if numbered else 1.0)),
            legend=None if numbered else legend(_("adds"), format="+.2f", tickCount=5),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=_("head")),
            alt.Tooltip("value:Q", title=_("adds"), format="+.4f"),
        ],
    )
    height = (32 if n_layer <= 16 else 20) * n_layer + 70
    if not numbered:
        return _layers(cells).properties(height=height)
    numbers = base.mark_text(fontSize=FONT_SIZE).encode(text="text:N")
    return _layers(cells, numbers).properties(height=height)


# --- neurons ----------------------------------------------------------------------------


def _quoted(text: str) -> str:
    """A JavaScript string literal for a Vega expression; typed text stays text."""
    out = []
    for character in text:
        plain = character.isalnum() and ord(character) < 128
        out.append(
            character
            if plain
            else "".join(
                f"\\u{unit:04x}"
                for unit in memoryview(character.encode("utf-16-le", "surrogatepass")).cast("H")
            )
        )
    return "'" + "".join(out) + "'"


#: The sign tells raising from lowering; zero does neither.
_SIGNED = "datum.value === 0 ? '0' : format(datum.value, '+.2~f')"


def word_bars(names: Names, values: np.ndarray, unit: str) -> alt.LayerChart:
    """Signed effects on tokens as horizontal bars: orange raises, blue lowers."""
    data = pd.DataFrame({"rank": range(len(names)), "token": list(names), "value": values})
    bound = float(np.abs(values).max(initial=1e-6))
    y = alt.Y("rank:O", axis=None)
    # Room for the names beyond the longest bars.
    domain = [-1.9 * bound, 1.9 * bound]
    base = alt.Chart(data).encode(y=y)
    bars = base.mark_bar(cornerRadiusEnd=3).encode(
        x=alt.X(
            "value:Q",
            axis=axis(unit, tickCount=4, labelExpr=_SIGNED),
            scale=alt.Scale(domain=domain),
        ),
        color=alt.Color("value:Q", scale=signed_scale(bound), legend=None),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("value:Q", title=unit, format="+.4f"),
        ],
    )
    up = alt.datum.value >= 0
    right = base.mark_text(align="left", dx=6, font=MONOSPACE, fontSize=FONT_SIZE).encode(
        x="value:Q", text=alt.when(up).then("token:N").otherwise(alt.value(""))
    )
    left = base.mark_text(align="right", dx=-6, font=MONOSPACE, fontSize=FONT_SIZE).encode(
        x="value:Q", text=alt.when(up).then(alt.value("")).otherwise("token:N")
    )
    return _layers(bars, right, left).properties(height=24 * len(names) + 60)


# --- skip it ----------------------------------------------------------------------------


def before_after(names: Names, before: np.ndarray, after: np.ndarray) -> alt.LayerChart:
    """Probabilities of some tokens before and after; both shape (len(names),), in [0, 1]."""
    kinds = [_("whole model"), _("with blocks left out")]
    names = [text_in_expressions(name) for name in names]
    rows = [
        {
            "rank": i,
            "token": name,
            "kind": kind,
            "p": float(values[i]),
            "text": percent(values[i]),
        }
        for kind, values in zip(kinds, (before, after), strict=True)
        for i, name in enumerate(names)
    ]
    top = max(float(np.max(before)), float(np.max(after)), 1e-6)
    texts = ", ".join(f"'{i}': {_quoted(name)}" for i, name in enumerate(names))
    base = alt.Chart(pd.DataFrame(rows)).encode(
        y=alt.Y("rank:O", axis=token_axis(None, labelExpr=f"({{{texts}}})[datum.label]")),
        yOffset=alt.YOffset("kind:N", sort=kinds),
        x=alt.X(
            "p:Q",
            axis=axis(_("probability"), format="%", tickCount=5),
            scale=alt.Scale(domain=[0, 1.15 * top]),
        ),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(
        color=alt.Color(
            "kind:N",
            sort=kinds,
            legend=legend(None, orient="top"),
            scale=alt.Scale(domain=kinds, range=[CATEGORIES[0], CATEGORIES[1]]),
        ),
        tooltip=[
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("kind:N", title=_("model")),
            alt.Tooltip("p:Q", title=_("probability"), format=".3%"),
        ],
    )
    numbers = base.mark_text(align="left", dx=5, fontSize=FONT_SIZE).encode(
        text="text:N", detail="kind:N"
    )
    return _layers(bars, numbers).properties(height=44 * len(names) + 80)


def skip_costs(attn: Sequence[float], mlp: Sequence[float]) -> alt.Chart:
    """How much the prediction changes when one part alone is left out; (n_layer,) in bits."""
    kinds = [_("attention left out"), _("MLP left out")]
    rows = [
        {"layer": f"L{i}", "at": i, "kind": kind, "bits": float(v)}
        for kind, values in zip(kinds, (attn, mlp), strict=True)
        for i, v in enumerate(values)
    ]
    layers = [f"L{i}" for i in range(len(attn))]
    return (
        alt.Chart(pd.DataFrame(rows))
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=alt.X(
                "layer:N", sort=layers, axis=axis(None, labelAngle=0 if len(attn) < 25 else -90)
            ),
            xOffset=alt.XOffset("kind:N", sort=kinds),
            y=alt.Y("bits:Q", axis=axis(_("change (bits)"), tickCount=5)),
            color=alt.Color(
                "kind:N",
                sort=kinds,
                legend=legend(None, orient="top"),
                scale=alt.Scale(domain=kinds, range=[CATEGORIES[0], CATEGORIES[1]]),
            ),
            tooltip=[
                alt.Tooltip("layer:N", title=_("layer")),
                alt.Tooltip("kind:N", title=_("what")),
                alt.Tooltip("bits:Q", title=_("change (bits)"), format=".3f"),
            ],
        )
        .properties(height=300)
    )
