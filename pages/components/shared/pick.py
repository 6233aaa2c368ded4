"""What was clicked or typed in a component.

It comes from a browser, or from what only pretends to be one: numbers that are none, too few of
them, or none of those that were drawn count as no click.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

#: Numbers beyond it are nobody's: libraries below take no larger ones.
_MOST = 2**31


def picked(key: str, n: int | None = None) -> tuple[int, ...]:
    """The numbers that a component called ``setTriggerValue('pick', …)`` with just before this run.

    For its callback, or for the run that follows; empty if nothing was clicked, and if they are not
    as many as `n` says.
    """
    value = getattr(st.session_state.get(key), "pick", None)
    found = tuple(value) if isinstance(value, list | tuple) else (value,)
    right = all(isinstance(number, int) and abs(number) < _MOST for number in found)
    return tuple(map(int, found)) if right and n in {None, len(found)} else ()


def typed(key: str) -> tuple[str, ...]:
    """The text that a component called ``setTriggerValue('text', …)`` with, if it did."""
    value = getattr(st.session_state.get(key), "text", None)
    return () if value is None else (str(value),)


def unwatched() -> None:
    """A callback where nobody waits: Streamlit names a component's triggers after them."""


def calls(
    key: str, on_pick: Callable[[int], None] | None, among: range | None = None
) -> Callable[[], None]:
    """A callback that hands the one number that was clicked, of those that there are, on."""
    if on_pick is None:
        return unwatched

    def clicked() -> None:
        for number in picked(key, 1):
            if among is None or number in among:
                on_pick(number)

    return clicked


def does(
    key: str, deeds: Mapping[str, int], on: Mapping[Any, Callable[..., None]]
) -> Callable[[], None]:
    """A callback for a component that can do several things.

    Parameters
    ----------
    deeds : by name, how many numbers each wants; the first that is picked is its place here
    on : what is called for each, with its numbers
    """

    def done() -> None:
        place, *numbers = picked(key) or (-1,)
        name = [*deeds][place] if 0 <= place < len(deeds) else ""
        if name in on and len(numbers) == deeds[name]:
            on[name](*numbers)

    return done
