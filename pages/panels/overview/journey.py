"""From text to the next word: all stages, each with a number and the way to its page."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.language import _
from core.views.journey import Journey
from core.views.journey import journey as journey_of
from pages.components.token_strip import token_strip
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import below
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.overview import words
from pages.shell.journey import stops


@panel("overview/journey", title=lambda at: _("From text to the next word"))
def journey(now: Current, at: Values) -> Shown:
    found = now.engine.view(journey_of, now.trace())
    shown = [found.input_norm, found.output_norm]
    if found.looks_at is not None:
        shown.append(found.weight)
    return Shown(
        below(
            partial(token_strip, now.tokens, key="strip_overview", chosen=now.last),
            partial(_cards, now, found),
        ),
        words.became(now),
        recipe=box(
            now, "overview/journey", "overview-journey", shown=shown,
            layer=found.layer, head=found.head, looks_at=found.looks_at,
        ),
    )  # fmt: skip


def _cards(now: Current, found: Journey) -> None:
    titles = {stop.name: stop for stop in stops()}
    cards = words.stages(now, found)
    for column, card in zip(st.columns(len(cards), gap="small"), cards, strict=True):
        with column.container(border=True, height="stretch", key=f"card_{card.page}"):
            stop = titles[card.page]
            st.page_link(stop.file, label=f"**{stop.title}**")
            st.code(card.figure, language=None, wrap_lines=True)
            st.text(card.text)
