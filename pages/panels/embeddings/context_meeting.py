"""The same word in two sentences."""

from __future__ import annotations

from collections.abc import Iterator

import streamlit as st

from core.charts.embeddings.context import lines_by_stage
from core.language import _
from core.numbers import Number
from core.tokens.encoding import encode
from core.views.meeting import Meeting
from core.views.meeting import meeting as meeting_of
from core.views.readings import word_of
from pages.components.token_strip import token_strip
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, chart
from pages.kit.panel import Shown, draw_row
from pages.kit.params import Values
from pages.panels.embeddings import words
from pages.panels.embeddings.params import ANOTHER_SENTENCE, ONE_SENTENCE, SHARED


def meeting(now: Current, at: Values) -> Iterator[Shown]:
    draw_row(at, SHARED, ONE_SENTENCE, ANOTHER_SENTENCE, widths=(1, 2, 2))
    tokenizer, limit = now.engine.tokenizer, now.engine.shape.n_ctx
    tokens = [encode(tokenizer, at[text])[:limit] for text in (ONE_SENTENCE, ANOTHER_SENTENCE)]
    if not at[SHARED].strip() or not all(tokens):
        st.info(_("Type a word and two sentences that hold it."))
        return
    one, other = (tuple(token.id for token in sentence) for sentence in tokens)
    places = [word_of(tokenizer, ids, at[SHARED]) for ids in (one, other)]
    _strips(tokens, places)
    if places[0] is None or places[1] is None:
        return
    at_one, at_other = places[0][-1], places[1][-1]
    found = meeting_of(now.engine.trace(one), now.engine.trace(other), at_one, at_other)
    yield Shown(
        _lines(found),
        words.meeting(found, at_one, at_other, several=len(places[0]) > 1),
        recipe=box(
            now, "embeddings/context_meeting", "embeddings-meeting",
            shown={"same": found.same, "others": found.others},
            one=one, other=other, at_one=at_one, at_other=at_other,
        ),
    )  # fmt: skip


def _strips(tokens: list, places: list[range | None]) -> None:
    for number, (sentence, place) in enumerate(zip(tokens, places, strict=True), start=1):
        chosen = None if place is None else place[-1]
        token_strip(sentence, key=f"strip_s{number}", chosen=chosen)
        if place is None:
            st.info(words.not_held(number))


def _lines(found: Meeting) -> Drawn:
    lines = {_("the word in both sentences"): found.same}
    if found.has_others:
        lines[_("any two other words")] = found.others
    return chart(
        lines_by_stage(lines, _("cosine"), share=True),
        key="chart_meeting",
        alt=_("Cosine of the word's two vectors from {first:.2f} to {last:.2f}.").format(
            first=Number(found.same[0]), last=Number(found.same[-1])
        ),
    )
