"""For teachers: each lesson with its time, what to expect and to say, its numbers on this model."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.language import _
from core.numbers import count, percent
from pages.course.key_numbers import key_sentences
from pages.course.place import lessons
from pages.course.progress import minutes_of
from pages.course.reading import Read
from pages.kit import address
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.shell.course_parts import OF_LESSON, heading, leads_to

#: Between these shares of right answers a class learns most from its own talk.
LOW, HIGH = 0.35, 0.7


def draw(now: Current) -> None:
    heading(_("For teachers"), printed=True)
    st.markdown(prose("lessons", "teacher"))
    leads_to(_("Write a lesson in ten minutes"), "write", icon=":material/edit:")
    asked = (address.asked(OF_LESSON) or [""])[-1]
    for number, read in enumerate(lessons()[0], 1):
        # What is closed computes nothing; on_change lets the server know which are open.
        box = st.expander(
            f"{count(number)} · {read.words.title}",
            expanded=read.lesson.id == asked,
            key=f"teacher_{read.lesson.id}",
            on_change="rerun",
        )
        if box.open:
            with box:
                _lesson(now, read)


def titles() -> dict[str, Callable[[], str]]:
    """The parts of a lesson's advice, in order."""
    low, high = percent(LOW, 0), percent(HIGH, 0)
    return {
        "time": lambda: _("Time"),
        "expect": lambda: _("What most will say"),
        "under": lambda: _("If fewer than {low} are right").format(low=low),
        "between": lambda: _("If {low} to {high} are right").format(low=low, high=high),
        "over": lambda: _("If more than {high} are right").format(high=high),
        "misconception": lambda: _("The misconception"),
        "figure": lambda: _("The figure for the wall"),
    }


def _lesson(now: Current, read: Read) -> None:
    lesson = read.lesson
    st.markdown(f"*{read.words.question}*")
    long, short = lesson.minutes, minutes_of(lesson, short=True)
    text = _("About {long} minutes; not on the short path.")
    if lesson.path(short=True):
        text = _("About {long} minutes; {short} on the short path.")
    st.caption(text.format(long=count(long), short=count(short)))
    advice = read.words.sections.get("teacher")
    for name, title in titles().items():
        if advice is not None and name in advice.feedback:
            st.markdown(f"**{title()}.** {advice.feedback[name]}")
    _numbers(now, read)
    label = _("Worksheet of this lesson, to print")
    leads_to(label, "worksheet", lesson=lesson.id, icon=":material/print:")


def _numbers(now: Current, read: Read) -> None:
    said = [sentence for _step, sentence in key_sentences(now.engine, read)]
    if said:
        st.markdown("**" + _("What this model says") + "**")
        st.markdown("\n".join(f"- {' '.join(sentence.split())}" for sentence in said))
