"""The pages and their addresses."""

from __future__ import annotations

import streamlit as st

from pages.shell.journey import glossary_stop, stops


def navigation() -> st.Page:
    """Name the pages; returns the one that the address asks for."""
    # The address equals the file name, or a deep link as a server's first request fails.
    first, *others = [
        st.Page(
            stop.file,
            title=stop.title,
            icon=stop.icon,
            url_path=stop.name if number else "home",
            default=number == 0,
        )
        for number, stop in enumerate([*stops(), glossary_stop()])
    ]
    # The first page lives at the root; whoever types its name must not read "Page not found".
    named = st.Page(
        lambda: st.switch_page(first, query_params=st.query_params.to_dict()),
        title=first.title,
        url_path=stops()[0].name,
        visibility="hidden",
    )
    return st.navigation([first, *others, named])
