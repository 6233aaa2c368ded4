"""The nearest tokens of the whole vocabulary."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.charts.embeddings.alike import nearest_bars
from core.language import _
from core.tokens.label import label
from core.views.neighbours import neighbours
from core.views.readings import Reading, readings
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.figure import below, chart, text
from pages.kit.panel import Shown, draw_row
from pages.kit.params import Values
from pages.panels.embeddings import words
from pages.panels.embeddings.params import BY, VARIANTS, WORD

NEIGHBOURS = 12


def nearest(now: Current, at: Values) -> Iterator[Shown]:
    draw_row(at, WORD, BY, VARIANTS, widths=(4, 4, 5))
    reading = _reading(now, at)
    found = now.engine.view(neighbours, reading.ids, at[BY], NEIGHBOURS, at[VARIANTS])
    title = _("cosine of the angle") if at[BY] == "cosine" else _("dot product")
    bars = chart(
        nearest_bars([label(p) for p in found.pieces], found.values, title),
        key="chart_nearest",
        alt=_("Bars of the {n} nearest tokens.").format(n=len(found.pieces)),
    )
    name = text(_("Nearest to {word}").format(word=words.read_as(reading)))
    yield Shown(
        below(name, bars),
        words.nearest(found, at[BY], now.engine.shape.n_vocab),
        recipe=box(
            now, "embeddings/alike_nearest", "embeddings-neighbours",
            shown={"ids": found.ids, "scores": found.values},
            chosen=reading.ids, by=at[BY], hide_variants=at[VARIANTS], top=len(found.ids),
        ),
    )  # fmt: skip


def _reading(now: Current, at: Values) -> Reading:
    """The chosen token, or the word that was typed: as a token, or one of its other readings."""
    typed = at[WORD]
    choices = readings(now.engine.tokenizer, typed)
    if not choices:
        token = now.tokens[at[TOKEN]]
        return Reading((token.id,), (token.piece,), whole=True)
    if len(choices) == 1:
        return choices[0]
    return choices[
        st.selectbox(
            _("Read the word as"),
            range(len(choices)),
            format_func=lambda n: words.read_as(choices[n]),
            key=f"reading {typed}",  # another word has other readings
        )
    ]
