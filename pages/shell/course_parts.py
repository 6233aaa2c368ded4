"""The parts of the course's page: how one leads to another, and how a part can be printed."""

from __future__ import annotations

import streamlit as st

from core.language import _
from pages.components.print_page import print_page
from pages.course.moving import COURSE
from pages.course.place import PATH, SHORT
from pages.kit import address
from pages.kit.memory import Memory

#: Names in the address.
PART, OF_LESSON, FINISHED = "part", "lesson_id", "finished"
#: Whether the session takes the short path.
SHORT_PATH = Memory[bool]("lesson_short_path", False)


def open_part(part: str, lesson: str = "") -> None:
    """Go to a part of the page, as a link would."""
    wanted = {PART: part, OF_LESSON: lesson, PATH: SHORT if is_short() else ""}
    address.follow(COURSE, {name: value for name, value in wanted.items() if value})


def is_short() -> bool:
    """Whether the short path is taken; an address that says so decides."""
    if address.asked(PATH):
        SHORT_PATH.set(address.asked(PATH) == [SHORT])
    return SHORT_PATH.get()


def leads_to(label: str, part: str, *, lesson: str = "", icon: str = "", key: str = "") -> None:
    """A quiet button that opens a part."""
    if st.button(label, key=key or f"part_{part}_{lesson}", icon=icon or None, type="tertiary"):
        open_part(part, lesson)


def heading(title: str, *, back: str = "", printed: bool = False) -> None:
    """A part's title, the way back, and a button to print it.

    Parameters
    ----------
    back : the part that it leads back to; the course itself if none is named
    """
    with st.container(horizontal=True, vertical_alignment="center", key="course_part_head"):
        st.header(title, anchor=False, width="stretch")
        if printed:
            print_page(_("Print"), key="course_print")
        label = _("Back to the teachers' page") if back else _("Back to the course")
        leads_to(label, back, icon=":material/arrow_back:", key="course_back")
