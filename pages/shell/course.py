"""The page of the course: its lessons, what each overturns, what is done."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.numbers import count
from pages.course import answers
from pages.course.moving import COURSE, begin
from pages.course.place import PATH, SHORT, lessons
from pages.course.reading import Read
from pages.kit import address
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.prose import prose
from pages.shell.session import current, header

_SHORT_PATH = Memory[bool]("lesson_short_path", False)


def show_course() -> None:
    """Run the page."""
    header(COURSE)
    now = current(COURSE)
    found, mistakes = lessons()
    st.markdown(prose("lessons", "intro"))
    short = _choose_path()
    for read in found:
        if not short or any(step.short for step in read.lesson.steps):
            _card(now, read, short=short)
    for mistake in mistakes:
        st.warning(_("A lesson was left out. {mistake}").format(mistake=mistake))


def _choose_path() -> bool:
    """Whether the short path is taken; the address says so."""
    if address.asked(PATH):
        _SHORT_PATH.set(address.asked(PATH) == [SHORT])
    titles = {False: _("The whole course, 90 minutes"), True: _("The short path, 45 minutes")}
    chosen = st.radio(
        _("Path"), list(titles), index=int(_SHORT_PATH.get()), format_func=titles.__getitem__,
        horizontal=True, key="course_path", label_visibility="collapsed",
    )  # fmt: skip
    _SHORT_PATH.set(chosen)
    address.put(PATH, [SHORT] if chosen else [])
    return chosen


def _card(now: Current, read: Read, *, short: bool) -> None:
    lesson, words = read.lesson, read.words
    with st.container(
        border=True, horizontal=True, vertical_alignment="center", key=f"lesson_{lesson.id}"
    ):
        with st.container():
            done = " :material/check_circle:" if answers.is_done(lesson.id) else ""
            st.markdown(f"**{words.title}**{done}  \n{words.question}")
            n = len(lesson.path(short=short))
            st.caption(
                _("{n} steps · about {minutes} minutes · overturns: “{belief}”").format(
                    n=count(n), minutes=count(lesson.minutes), belief=words.overturns
                )
            )
        label = _("Once more") if done else _("Begin")
        if st.button(label, key=f"begin_{lesson.id}", icon=":material/play_arrow:"):
            begin(now, read, short=short, came_from=COURSE)
