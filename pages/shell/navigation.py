"""The pages and their addresses."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any

import streamlit as st

from core.language import current_language
from pages.kit.memory import Memory
from pages.shell.journey import PAGES, beside, glossary_stop, room_stop, stops

_FIRST = stops()[0].name
#: What the session's pages were made for, and they: ten files are looked up to make them.
_MADE = Memory[tuple[tuple[str, bool], dict[str, Any]] | None]("navigation_made", None)


def navigation(instead: Callable[[str], None] | None = None) -> st.Page:
    """Name the pages; returns the one that the address asks for.

    Parameters
    ----------
    instead : runs in the place of a page that needs a model, with its name. It is that page for
        the browser: what has the same key there and on the page is one thing, and stays.
    """
    made_for = (current_language.get(), instead is None)
    kept = _MADE.get()
    if kept is None or kept[0] != made_for:
        kept = made_for, _pages(instead)
        _MADE.set(kept)
    # Each run has its own: Streamlit writes into a page whether it may be run.
    pages = {name: copy(page) for name, page in kept[1].items()}
    PAGES.set(pages)
    first = pages[_FIRST]
    # The first page lives at the root; whoever types its name must not read "Page not found".
    named = st.Page(
        lambda: st.switch_page(first, query_params=st.query_params.to_dict()),
        title=first.title,
        url_path=_FIRST,
        visibility="hidden",
    )
    return st.navigation([*pages.values(), named])


def _pages(instead: Callable[[str], None] | None) -> dict[str, st.Page]:
    """All pages by name, in the session's language."""
    without = [glossary_stop(), room_stop()]  # need no model
    # The address equals the file name, or a deep link as a server's first request fails.
    return {
        stop.name: st.Page(
            stop.file if instead is None or stop in without else _as(stop.name, instead),
            title=stop.title,
            icon=stop.icon,
            url_path=stop.name if number else "home",
            default=number == 0,
        )
        for number, stop in enumerate([*stops(), *beside()])
    }


def _as(name: str, instead: Callable[[str], None]) -> Callable[[], None]:
    return lambda: instead(name)
