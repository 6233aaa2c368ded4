"""What the course offers next, above its lessons, and what lies below them."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from core.language import _
from pages.course import answers, beliefs, store
from pages.course.moving import COURSE, begin
from pages.course.progress import next_of
from pages.course.reading import Read
from pages.kit import address
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.shell.course_parts import FINISHED, leads_to, open_part

#: The misconception of a lesson that is about all of them.
_ALL = "all"


def offer(now: Current, reads: Sequence[Read], *, short: bool) -> bool:
    """Say what was just finished and offer what comes next; whether anything is offered."""
    name = (address.asked(FINISHED) or [""])[-1]
    finished = next((read for read in reads if read.lesson.id == name), None)
    if finished is not None and not answers.is_done(name):
        finished = None  # a link that somebody else sent
    all_done = bool(reads) and next_of(reads) is None
    if finished is None and not all_done:
        return _entrance(reads)
    with st.container(border=True, key="course_next"):
        if finished is not None:
            text = _("**You have finished “{title}”.**").format(title=finished.words.title)
            st.markdown(f"{text} {overturns(finished)}")
        if all_done:
            return _at_the_end()
        _next(now, reads, name, short=short)
    return True


def overturns(read: Read) -> str:
    """The belief that a lesson overturns; the last lesson is about all of them."""
    text = read.words.overturns
    if read.lesson.misconception == _ALL:
        return text
    return _("Overturns: “{belief}”").format(belief=text)


def _next(now: Current, reads: Sequence[Read], after: str, *, short: bool) -> None:
    read = next_of(reads, after)
    assert read is not None  # not all are done
    st.markdown(_("The next question: {question}").format(question=read.words.question))
    label = _("Next: {title}").format(title=read.words.title)
    if st.button(label, key="course_go_on", type="primary", icon=":material/play_arrow:"):
        begin(now, read, short=short, came_from=COURSE)


def _at_the_end() -> bool:
    """All lessons of the path are done."""
    st.markdown(_("You have gone through all lessons of this path."))
    asked = not beliefs.AFTER.get() and "exit" not in beliefs.SKIPPED.get()
    if asked:
        st.markdown(prose("lessons", "exit"))
    with st.container(horizontal=True):
        label = _("Say what I believe now") if asked else _("What I have found out")
        if st.button(label, key="course_end", type="primary"):
            open_part("exit" if asked else "results")
        if asked and st.button(_("Skip this"), key="skip_exit"):
            beliefs.SKIPPED.set(beliefs.SKIPPED.get() | {"exit"})
            open_part("results")
    return True


def _entrance(reads: Sequence[Read]) -> bool:
    """The statements before the first lesson; not for who has answered, skipped or begun."""
    begun = any(answers.is_done(read.lesson.id) for read in reads)
    if begun or beliefs.BEFORE.get() or "entrance" in beliefs.SKIPPED.get() or not reads:
        return False
    with st.container(border=True, key="course_next"):
        st.markdown(prose("lessons", "entrance"))
        with st.container(horizontal=True):
            if st.button(_("Say what I believe now"), key="course_entrance", type="primary"):
                open_part("entrance")
            if st.button(_("Skip this"), key="skip_entrance"):
                beliefs.SKIPPED.set(beliefs.SKIPPED.get() | {"entrance"})
                open_part("")
    return True


def below() -> None:
    """What is kept, what came out of it, what is there for teachers."""
    with st.container(horizontal=True, vertical_alignment="center", key="course_below"):
        leads_to(_("What I have found out"), "results", icon=":material/lightbulb:")
        leads_to(_("For teachers"), "teacher", icon=":material/co_present:")
        if store.is_begun():
            with st.popover(_("Start over"), icon=":material/restart_alt:"):
                st.markdown(_("All answers are forgotten, here and in this browser."))
                st.button(_("Forget them"), key="course_start_over", on_click=store.start_over)
    store.switch()
    st.caption(prose("lessons", "privacy"))
