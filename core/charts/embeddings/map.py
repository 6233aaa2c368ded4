"""Everyday words and the prompt's tokens on two axes, with the way that one token came."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import altair as alt
import numpy as np

from core.charts.embeddings.map_labels import PLOT_HEIGHT, Placed, label_rows
from core.charts.figure import Columns, Figure, rows, slot, structure
from core.charts.theme import ACCENT, CATEGORIES, FONT_SIZE, MONOSPACE, axis, legend
from core.language import _
from core.numbers import percent

#: More labels than this on one map hide each other.
LABELLED = 40
#: What the legend and the axes take of its height, in pixels.
_AROUND = 152
#: Labels are placed for several widths; the browser shows those of its own.
_HERE = {"expr": "datum.from <= width && width < datum.below ? 1 : 0"}


class Dots(NamedTuple):
    """Points with names.

    Attributes
    ----------
    points : shape (n, 2)
    labels : length n
    kinds : length n; what the legend calls each
    """

    points: np.ndarray
    labels: Sequence[str]
    kinds: Sequence[str]


def word_map(
    words: Dots,
    tokens: Dots,
    kinds: Sequence[str],
    trail: np.ndarray,
    chosen: int,
    explained: np.ndarray,
    reach: np.ndarray,
) -> Figure:
    """Everyday words and the prompt's tokens on two axes, with the way that one token came.

    Parameters
    ----------
    words : everyday words
    tokens : the prompt's tokens, where they are now; all of one kind
    kinds : all kinds in the order of the legend, at most six
    trail : shape (n_steps, 2); where the chosen token has been, the embedding first
    chosen : index of the token that the trail belongs to
    explained : shape (2,); share of the variance
    reach : shape (4,): smallest x, largest x, smallest y, largest y over all layers, so that the
        axes stand still while the layer changes
    """
    pad_x, pad_y = 0.06 * (reach[1] - reach[0]), 0.06 * (reach[3] - reach[2])
    reach = reach + np.array([-pad_x, pad_x, -pad_y, pad_y])
    right, up = (
        _("axis {n}: {share} of the variance").format(n=n + 1, share=percent(share, 1))
        for n, share in enumerate(explained)
    )
    tables = {
        "words": _dots(words),
        "way": {"x": trail[:, 0], "y": trail[:, 1], "step": np.arange(len(trail))},
        "tokens": _tokens(tokens, chosen),
        **_labels(words, tokens, chosen, reach),
    }
    return _map(len(words.labels) > 0).fill(
        tables, kinds=list(kinds), x=reach[:2], y=reach[2:], right=right, up=up
    )


def _dots(dots: Dots) -> Columns:
    x, y = dots.points[:, 0], dots.points[:, 1]
    return {"x": x, "y": y, "token": list(dots.labels), "kind": list(dots.kinds)}


def _tokens(tokens: Dots, chosen: int) -> Columns:
    names = [f"{label} ({n})" for n, label in enumerate(tokens.labels)]
    return {
        **_dots(tokens),
        "token": names,
        "chosen": [n == chosen for n in range(len(names))],
    }


def _labels(words: Dots, tokens: Dots, chosen: int, reach: np.ndarray) -> dict[str, Columns]:
    """The labels that have room, the prompt's and those of the everyday words."""
    n = len(tokens.labels)
    points = np.concatenate([tokens.points, words.points])
    names = [*tokens.labels, *words.labels]
    first = [chosen, *(other for other in range(n) if other != chosen)]
    order = np.array([*first[: 1 if n > LABELLED else n], *range(n, len(names))])
    placed = label_rows(points, names, reach, order)
    return {
        "lines": _label_columns(placed, names, points),
        "own_labels": _label_columns([row for row in placed if row.index < n], names, points),
        "labels": _label_columns([row for row in placed if row.index >= n], names, points),
    }


def _label_columns(placed: Sequence[Placed], names: Sequence[str], points: np.ndarray) -> Columns:
    dots = points[[row.index for row in placed]].reshape(-1, 2)
    return {
        "text": [names[row.index] for row in placed],
        "x": [row.x for row in placed],
        "y": [row.y for row in placed],
        "from": [row.from_width for row in placed],
        "below": [row.below for row in placed],
        "dot_x": dots[:, 0],
        "dot_y": dots[:, 1],
        "line_x": [row.line_x for row in placed],
        "line_y": [row.line_y for row in placed],
    }


@structure
def _map(has_words: bool) -> alt.LayerChart:
    layers = [
        _lines(),
        _everyday(),
        _way(),
        _prompt(),
        _words("own_labels", fontWeight="bold", font=MONOSPACE),
    ]
    if has_words:
        layers.append(_words("labels"))
    return alt.layer(*layers).properties(height=PLOT_HEIGHT + _AROUND)


def _at() -> dict[str, alt.X | alt.Y]:
    return {
        "x": alt.X(
            "x:Q",
            scale=alt.Scale(domain=slot("x"), nice=False),
            # More would not have room, and of those that are left out zero may be one.
            axis=axis(slot("right"), grid=False, tickCount=8),
        ),
        "y": alt.Y(
            "y:Q",
            scale=alt.Scale(domain=slot("y"), nice=False),
            axis=axis(slot("up"), grid=False),
        ),
    }


def _kind() -> alt.Color:
    scale = alt.Scale(domain=slot("kinds"), range=[ACCENT, *[c for c in CATEGORIES if c != ACCENT]])
    return alt.Color(
        "kind:N", scale=scale, legend=legend(None, orient="top", symbolSize=120, columns=3)
    )


def _tooltip() -> list[alt.Tooltip]:
    return [alt.Tooltip("token:N", title=_("token")), alt.Tooltip("kind:N", title=_("kind"))]


def _everyday() -> alt.Chart:
    dots = alt.Chart(rows("words")).mark_point(filled=True, size=80, opacity=0.9)
    return dots.encode(**_at(), color=_kind(), tooltip=_tooltip())


def _way() -> alt.Chart:
    line = alt.Chart(rows("way")).mark_line(color=ACCENT, strokeWidth=2, strokeDash=[5, 4])
    return line.encode(**_at(), order="step:Q")


def _lines() -> alt.Chart:
    """From a dot to its word, where that stands farther off."""
    lines = alt.Chart(rows("lines")).mark_rule(opacity=_HERE, strokeWidth=1, stroke="#8F8B99")
    at = _at()
    at["x"].shorthand, at["y"].shorthand = "dot_x:Q", "dot_y:Q"
    return lines.encode(**at, x2="line_x:Q", y2="line_y:Q")


def _prompt() -> alt.Chart:
    dots = alt.Chart(rows("tokens")).mark_point(filled=True, shape="diamond", opacity=1)
    size = alt.condition("datum.chosen", alt.value(320), alt.value(110))
    return dots.encode(**_at(), color=_kind(), size=size, tooltip=_tooltip())


def _words(table: str, **style: str) -> alt.Chart:
    words = alt.Chart(rows(table)).mark_text(fontSize=FONT_SIZE, opacity=_HERE, **style)
    return words.encode(**_at(), text="text:N")
