"""Calculating with words: a − b + c."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.charts.embeddings.alike import nearest_bars
from core.language import _
from core.tokens.label import label
from core.views.analogy import Analogy
from core.views.analogy import analogy as analogy_of
from core.views.readings import Reading, readings
from pages.kit import words as nouns
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, chart, markdown
from pages.kit.panel import Shown, draw_row
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.embeddings import words
from pages.panels.embeddings.params import A, B, C

ANSWERS = 10


def analogy(now: Current, at: Values) -> Iterator[Shown]:
    draw_row(at, A, B, C)
    choices = [readings(now.engine.tokenizer, at[typed]) for typed in (A, B, C)]
    if not all(choices):
        st.info(_("Type a word into each of the three fields."))
        return
    a, b, c = (best[0] for best in choices)
    found = now.engine.view(analogy_of, a.ids, b.ids, c.ids, ANSWERS)
    _notes(a, b, c)
    said = f"{words.analogy(found)} {nouns.small(now.engine.shape.n_params)}"
    yield Shown(_bars(found), said.strip())
    yield Shown(
        markdown(prose("embeddings", "analogy_limits")),
        recipe=box(
            now, "embeddings/alike_analogy", "embeddings-analogy",
            shown={"ids": found.answers.ids, "scores": found.answers.values},
            a=a.ids, b=b.ids, c=c.ids, top=len(found.answers.ids),
        ),
    )  # fmt: skip


def _notes(a: Reading, b: Reading, c: Reading) -> None:
    for typed, reading in zip((A, B, C), (a, b, c), strict=True):
        if len(reading.ids) > 1:
            st.text(f"{typed.title()}: {words.read_as(reading)}")
    if a.ids == b.ids or b.ids == c.ids:
        st.info(
            _("Two of the words cancel each other: what is left is the third word's own vector.")
        )


def _bars(found: Analogy) -> Drawn:
    labels = [label(p) for p in found.answers.pieces]
    return chart(
        nearest_bars(labels, found.answers.values, _("cosine with a − b + c")),
        key="chart_analogy",
        alt=_("Bars of the {n} tokens nearest to a − b + c.").format(n=ANSWERS),
    )
