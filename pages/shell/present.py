"""Presenter mode, ``present=1``: one panel at a time, large, by the keys of a clicker."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.language import _
from pages.components.presenter import LEAVE, presenter
from pages.kit import address
from pages.kit.memory import Memory
from pages.kit.opened import EVERYTHING, Opened
from pages.kit.panel import Panel
from pages.kit.params import Values
from pages.shell.journey import beside, stops

CSS = Path(__file__).parent / "present.css"
_ON = Memory[bool]("present", False)
#: Page Up on the first panel leads to the last one of the page before.
_FROM_BEHIND = Memory[bool]("present_from_behind", False)
_NAME = "present"


def arrive() -> None:
    """Take over what the address asks for, and let it say so; once a whole run."""
    asked = address.asked(_NAME)
    if asked:
        _ON.set(asked[-1] == "1")
    address.put(_NAME, ["1"] if _ON.get() else [])
    if is_on():
        st.html(CSS)


def is_on() -> bool:
    return _ON.get()


def begin() -> None:
    """Present from here on; for callbacks."""
    _ON.set(True)


def end() -> None:
    """Present no more; for callbacks."""
    _ON.set(False)
    address.put(_NAME, [])


def only(opened: Opened, at: Values) -> tuple[Values, list[tuple[tuple[Panel], list[Panel]]]]:
    """Let one panel of the page be open: the one that the address names, else the first."""
    words = list(opened.panels)
    word = next(iter(at[opened]), words[0])
    if _FROM_BEHIND.get():
        _FROM_BEHIND.set(False)
        word = words[-1]
    EVERYTHING.set(False)
    opened.set((word,))
    panel = opened.panels[word]
    return Values(at.now), [((panel,), [panel])]


def draw(name: str, opened: Opened, at: Values) -> None:
    """The line on top; a step shows another panel, or goes on to the next page."""
    order, words = [stop.name for stop in stops()], list(opened.panels)
    page, place = order.index(name), words.index(at[opened][0])
    ends = (page == place == 0, page == len(order) - 1 and place == len(words) - 1)
    by = _line(stops()[page].question, place + 1, len(words), ends)
    if not by:
        return
    if 0 <= place + by < len(words):
        opened.set((words[place + by],))
        st.rerun()
    if 0 <= page + by < len(order):
        _FROM_BEHIND.set(by < 0)
        address.go(order[page + by])


def draw_beside(name: str) -> None:
    """The line on a page that is not cut into panels, or on a step of a lesson."""
    if is_on():
        titles = {stop.name: stop.title for stop in [*stops(), *beside()]}
        _line(titles.get(name, ""), 0, 0, (True, True))


def _line(title: str, place: int, n: int, ends: tuple[bool, bool]) -> int:
    with st.container(key="panel_line" if n else "page_line"):
        by = presenter(title, place, n, key="presenter_line", ends=ends)
    if by == LEAVE:
        end()
        st.rerun()
    return by or 0


def offer() -> None:
    """The way in, in the sidebar."""
    st.button(
        _("Present"), key="present_begin", icon=":material/present_to_all:", on_click=begin,
        width="stretch", help=_("Large, one panel at a time; arrow keys or a clicker go on."),
    )  # fmt: skip
