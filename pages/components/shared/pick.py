"""What was clicked or typed in a component."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st


def picked(key: str) -> tuple[int, ...]:
    """The numbers that a component called ``setTriggerValue('pick', …)`` with just before this run.

    For its callback, or for the run that follows; empty if nothing was clicked.
    """
    value = getattr(st.session_state.get(key), "pick", None)
    if value is None:
        return ()
    return tuple(map(int, value)) if isinstance(value, list | tuple) else (int(value),)


def typed(key: str) -> tuple[str, ...]:
    """The text that a component called ``setTriggerValue('text', …)`` with, if it did."""
    value = getattr(st.session_state.get(key), "text", None)
    return () if value is None else (str(value),)


def unwatched() -> None:
    """A callback where nobody waits: Streamlit names a component's triggers after them."""


def calls(key: str, on_pick: Callable[[int], None] | None) -> Callable[[], None]:
    """A callback that hands the one number that was clicked on to `on_pick`."""
    if on_pick is None:
        return unwatched

    def clicked() -> None:
        for number in picked(key):
            on_pick(number)

    return clicked
