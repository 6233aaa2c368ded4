"""The course itself: where one stands in it, its lessons as cards, its two paths."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.language import _
from core.numbers import count
from pages.course import answers, progress
from pages.course.moving import COURSE, begin
from pages.course.place import PATH, SHORT, lessons
from pages.course.reading import Read
from pages.kit import address
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.shell.course_parts import SHORT_PATH, is_short
from pages.shell.course_status import below, offer, overturns


def draw(now: Current) -> None:
    found, mistakes = lessons()
    st.markdown(prose("lessons", "intro"))
    short = _path()
    reads = progress.on_path(found, short=short)
    _how_far(reads, short=short)
    leads = offer(now, reads, short=short)
    wanted = None if leads else progress.next_of(reads)
    with st.container(key="course_cards"):
        for number, read in enumerate(reads, 1):
            _card(now, number, read, short=short, leads=read is wanted)
    for mistake in mistakes:
        st.warning(_("A lesson was left out. {mistake}").format(mistake=mistake))
    below()


def _path() -> bool:
    """Whether the short path is taken; the address says so."""
    titles = {False: _("The whole course, 90 minutes"), True: _("The short path, 45 minutes")}
    chosen = st.radio(
        _("Path"), list(titles), index=int(is_short()), format_func=titles.__getitem__,
        horizontal=True, key="course_path", label_visibility="collapsed",
    )  # fmt: skip
    SHORT_PATH.set(chosen)
    address.put(PATH, [SHORT] if chosen else [])
    return chosen


def _how_far(reads: Sequence[Read], *, short: bool) -> None:
    steps = sum(len(read.lesson.path(short=short)) for read in reads)
    seen = sum(progress.seen_of(read.lesson, short=short) for read in reads)
    done = sum(answers.is_done(read.lesson.id) for read in reads)
    if not seen or not steps:
        return
    text = _("{done} of {lessons} lessons, {seen} of {steps} steps").format(
        done=count(done), lessons=count(len(reads)), seen=count(seen), steps=count(steps)
    )
    st.progress(seen / steps, text=text)


def _card(now: Current, number: int, read: Read, *, short: bool, leads: bool) -> None:
    lesson, words = read.lesson, read.words
    with st.container(border=True, key=f"lesson_{lesson.id}"):
        with st.container(horizontal=True, vertical_alignment="center", key=f"head_{lesson.id}"):
            st.subheader(f"{count(number)} · {words.title}", anchor=False, width="content")
            if answers.is_done(lesson.id):
                st.badge(_("Done"), icon=":material/check_circle:", color="green")
        st.markdown(words.question)
        st.caption(overturns(read))
        with st.container(horizontal=True, vertical_alignment="center", key=f"foot_{lesson.id}"):
            _begin(now, read, short=short, leads=leads)
            st.caption(_size(read, short=short), width="content")


def _begin(now: Current, read: Read, *, short: bool, leads: bool) -> None:
    lesson = read.lesson
    left = progress.left_at(lesson, short=short)
    label = _("Once more") if answers.is_done(lesson.id) else _("Begin")
    if left is not None:
        at = count(lesson.path(short=short).index(left) + 1)
        label = _("Continue at step {i}").format(i=at)
    kind = "primary" if leads else "secondary"
    icon = ":material/play_arrow:"
    if st.button(label, key=f"begin_{lesson.id}", icon=icon, type=kind):
        begin(now, read, short=short, came_from=COURSE, step=left)


def _size(read: Read, *, short: bool) -> str:
    return _("{n} steps, about {minutes} minutes").format(
        n=count(len(read.lesson.path(short=short))),
        minutes=count(progress.minutes_of(read.lesson, short=short)),
    )
