"""A button that opens a menu; what stands in the menu is drawn when it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

import streamlit as st


@contextmanager
def menu(
    label: str, *, key: str, icon: str, width: Literal["content", "stretch"] = "content"
) -> Iterator[bool]:
    """The menu to draw into, and whether it is open.

    Closed it is one message to the browser; with what stands in it, it would be five to ten, and a
    page has several of them that most learners never open.
    """
    popover = st.popover(label, key=f"menu_{key}", icon=icon, width=width, on_change="rerun")
    with popover:
        yield bool(popover.open)
