"""The pages and their addresses."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from pages.shell.journey import PAGES, beside, glossary_stop, room_stop, stops


def navigation(instead: Callable[[str], None] | None = None) -> st.Page:
    """Name the pages; returns the one that the address asks for.

    Parameters
    ----------
    instead : runs in the place of a page that needs a model, with its name. It is that page for
        the browser: what has the same key there and on the page is one thing, and stays.
    """
    without = [glossary_stop(), room_stop()]  # need no model
    # The address equals the file name, or a deep link as a server's first request fails.
    pages = {
        stop.name: st.Page(
            stop.file if instead is None or stop in without else _as(stop.name, instead),
            title=stop.title,
            icon=stop.icon,
            url_path=stop.name if number else "home",
            default=number == 0,
        )
        for number, stop in enumerate([*stops(), *beside()])
    }
    PAGES.set(pages)
    first = pages[stops()[0].name]
    # The first page lives at the root; whoever types its name must not read "Page not found".
    named = st.Page(
        lambda: st.switch_page(first, query_params=st.query_params.to_dict()),
        title=first.title,
        url_path=stops()[0].name,
        visibility="hidden",
    )
    return st.navigation([*pages.values(), named])


def _as(name: str, instead: Callable[[str], None]) -> Callable[[], None]:
    return lambda: instead(name)
