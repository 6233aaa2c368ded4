"""A lesson's worksheet: questions with room to write, answers apart on a page of their own."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.numbers import count
from pages.course.place import lessons
from pages.course.sheet import Item, items
from pages.kit import address
from pages.kit.current import Current
from pages.kit.words import plain
from pages.shell.course_parts import OF_LESSON, heading

#: Boxes to tick, lines to number on.
_BOX, _LINE = "☐", "\\_\\_\\_"
#: Between tokens, whose own marks are dots and commas.
_GAP = "\u2003"


def draw(now: Current) -> None:
    name = (address.asked(OF_LESSON) or [""])[-1]
    read = next((read for read in lessons()[0] if read.lesson.id == name), None)
    if read is None:
        heading(_("Worksheet"), back="teacher")
        text = _("There is no lesson “{name}”. Choose one on the teachers' page.")
        st.info(text.format(name=plain(name[:40])), icon=":material/link_off:")
        return
    heading(_("Worksheet: {title}").format(title=read.words.title), back="teacher", printed=True)
    found = items(now, read)
    if not found:
        st.info(_("This model cannot be asked the questions of this lesson."))
        return
    with st.container(key="sheet_questions"):
        st.markdown(_("Name: {line} Date: {line}").format(line=_LINE * 8))
        st.markdown(f"*{read.words.question}*")
        for number, item in enumerate(found, 1):
            _question(number, item)
    with st.container(key="sheet_answers"):
        st.header(_("Answers: {title}").format(title=read.words.title), anchor=False)
        for number, item in enumerate(found, 1):
            _answer(number, item)


def _question(number: int, item: Item) -> None:
    with st.container(key=f"sheet_item_{number}"):
        st.subheader(_("Question {n}").format(n=count(number)), anchor=False)
        st.markdown(item.text)
        if item.how:
            st.markdown(f"*{item.how}*")
        if item.how and item.choices:
            st.markdown(_choices(item))
        for line in range(item.lines):
            with st.container(key=f"sheet_line_{number}_{line}"):
                st.markdown("\u00a0")  # an empty container is not drawn


def _choices(item: Item) -> str:
    if item.kind == "click":
        return _GAP.join(item.choices)
    mark = _LINE if item.kind == "order" else _BOX
    return "  \n".join(f"{mark} {choice}" for choice in item.choices)


def _answer(number: int, item: Item) -> None:
    truth = item.answer or _("Nothing is right or wrong here.")
    st.markdown(f"**{count(number)}.** {truth}" + (f"\n\n{item.why}" if item.why else ""))
