"""The strip on top of the layers page: the token that all figures follow."""

from __future__ import annotations

import streamlit as st

from core.language import _
from pages.components.token_strip import token_strip
from pages.kit.current import Current
from pages.kit.params import Values
from pages.panels.layers import words
from pages.panels.layers.params import TOKEN


def strip(now: Current, at: Values) -> None:
    """Draw the prompt's tokens; a click on one follows it on the whole page."""
    if TOKEN.wrong_in_address(at):
        told = _("The link names no token of this text; here is the last one, {last}.")
        st.info(told.format(last=now.last))
    if len(now.tokens) == 1:
        st.info(
            _(
                "This text is a single token: the grid has one column, and attention can look only"
                " at the token itself. Type a longer text in the sidebar to see tokens work"
                " together."
            )
        )
    token_strip(
        now.tokens,
        key="strip_layers",
        chosen=at[TOKEN],
        lines=3,
        hint=words.followed(now, at[TOKEN]),
        on_pick=TOKEN.set,
    )
