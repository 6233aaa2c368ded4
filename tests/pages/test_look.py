"""The styles of every page go to a browser once."""

from __future__ import annotations

import streamlit as st

from pages.shell.look import STYLE


def test_they_are_large_enough_to_be_only_named_the_next_time() -> None:
    assert len(STYLE.encode()) >= st.get_option("global.minCachedMessageSize")
    assert STYLE.count("<style>") == STYLE.count("</style>") == 1
