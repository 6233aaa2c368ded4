"""The page of the course: its lessons, what one believes before and after, what came out of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.language import _
from pages.course.moving import COURSE
from pages.course.store import follow_browser
from pages.kit import address
from pages.kit.current import Current
from pages.kit.words import plain
from pages.shell import (
    course_beliefs,
    course_cards,
    course_results,
    course_sheet,
    course_teacher,
    course_write,
)
from pages.shell.course_parts import PART
from pages.shell.session import current, header

_LOOK = Path(__file__).parent / "course.css"
#: The parts of the page, by their names in the address; without one it is the course itself.
_PARTS: dict[str, Callable[[Current], None]] = {
    "": course_cards.draw,
    "entrance": course_beliefs.entrance,
    "exit": course_beliefs.leaving,
    "results": course_results.draw,
    "teacher": course_teacher.draw,
    "worksheet": course_sheet.draw,
    "write": course_write.draw,
}


def show_course() -> None:
    """Run the page."""
    st.html(_LOOK)
    part = (address.asked(PART) or [""])[-1]
    header(COURSE)
    now = current(COURSE)
    follow_browser()
    if part not in _PARTS:
        text = _("This page has no part “{name}”; here is the course.")
        st.info(text.format(name=plain(part[:40])), icon=":material/link_off:")
    _PARTS.get(part, course_cards.draw)(now)
