"""The terms of the field on every page: their notes, and the page that lists them."""

from __future__ import annotations

from functools import lru_cache

import streamlit as st

from core.language import _, current_language, direction_of
from pages.components.term_list import term_list
from pages.components.term_notes import Said, packed, term_notes
from pages.kit import address
from pages.kit.glossary import glossary
from pages.kit.opened import open_on
from pages.shell.journey import glossary_stop, stops
from pages.shell.session import header


def explain() -> None:
    """Let the marked terms of this page explain themselves; a note leads to a term's panel."""
    _open(term_notes(_packed(current_language.get()), key="term_notes"))


@lru_cache(maxsize=16)
def _packed(language: str) -> bytes:
    return packed(_said(), address.EVERYWHERE, direction_of(language))


def show_all() -> None:
    """The page that lists all terms; the address may name one, ``?term=logit``."""
    header(glossary_stop().name)
    st.markdown(
        _(
            "Each term in one sentence, with the place where you can see it at work. On the other"
            " pages a dotted line marks a term: point at it, tap it, or go there with the tab key."
        )
    )
    asked = st.query_params.get("term")
    others = {key: list(term.others) for key, term in glossary().items()}
    listed = {key: {**said, "others": others[key]} for key, said in _said().items()}
    _open(term_list(listed, key="term_list", kept=address.EVERYWHERE, chosen=asked))


def _said() -> dict[str, Said]:
    titles = {stop.name: stop.title for stop in stops()}
    return {
        key: {
            "name": term.name,
            "meaning": term.meaning,
            "page": term.page,
            "panel": term.panel,
            "where": f"{titles[term.page]}: {term.question}",
        }
        for key, term in glossary().items()
    }


def _open(place: str | None) -> None:
    """Go to a term's panel, ``page/panel``; the browser may ask for nothing else."""
    for term in glossary().values():
        if place == f"{term.page}/{term.panel}":
            open_on(term.page, term.panel)
            address.go(term.page, panel=term.panel)
