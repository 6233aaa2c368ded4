"""The box under a figure, and all boxes of a page together."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.recipes import Recipe

BOXES = "python_boxes"


def show_python(recipe: Recipe) -> None:
    """The box under a figure; also registered for the page's notebook and for the tests."""
    st.session_state.setdefault(BOXES, {})[recipe.name] = recipe
    # Closed it is a line: what colours the code weighs as much as all the rest of a first visit.
    box = st.expander(
        _("Show the Python"),
        icon=":material/code:",
        key=f"python_{recipe.name}",
        on_change="rerun",
    )
    if box.open:
        box.code(recipe.code, language="python", line_numbers=False)


def reset_boxes() -> None:
    """Forget the boxes of the page shown before; called by the router."""
    st.session_state[BOXES] = {}


def boxes() -> dict[str, Recipe]:
    """The boxes of this page, in order."""
    return st.session_state.get(BOXES, {})
