"""A step of a lesson above the real panel: its words, its question, the way on."""

from __future__ import annotations

from typing import Any

import streamlit as st

from core.language import _
from pages.components.step_focus import step_focus
from pages.course import answers, boxes, game, inputs
from pages.course.asking import Question, asked_by, question_of
from pages.course.judging import feedback_of, judged
from pages.course.moving import COURSE, forget_own_text, go_to, keep_own_text, leave
from pages.course.place import PATH, SHORT, Place
from pages.course.progress import visit
from pages.course.store import follow_browser
from pages.course.texts import Section, filled
from pages.kit import address
from pages.kit.current import Current


def band(now: Current, place: Place) -> None:
    """Draw the step; a button leads to the next one, back, or out of the lesson."""
    keep_own_text(place, now)
    visit(place.key)
    follow_browser()
    with st.container(border=True, key="lesson_band"):
        step_focus(place.key, key="step_focus")
        _head(place)
        if place.step.kind != "do" and place.step.fixed not in (None, now.text):
            _other_text(now, place)
        else:
            _DRAWN[place.step.kind](now, place)


def _head(place: Place) -> None:
    path = place.path
    at = path.index(place.step) + 1
    with st.container(horizontal=True, vertical_alignment="center", key="lesson_head"):
        st.title(place.read.words.title, anchor=False, width="content")
        st.markdown(_("Step {i} of {n}").format(i=at, n=len(path)), width="content")
        st.progress(at / len(path), width="stretch")
        if st.button(_("Leave the lesson"), key="lesson_leave", icon=":material/close:"):
            leave()


def _other_text(now: Current, place: Place) -> None:
    st.markdown(_("This step is about a text of its own; the prompt is another one now."))
    if st.button(_("Bring its text back"), key="lesson_text", type="primary"):
        go_to(now, place.read, place.step, short=place.short)
    _way(now, place, on=_("Skip"))


# --- the kinds of step ----------------------------------------------------------------------


def _see(now: Current, place: Place) -> None:
    _say(place, asked_by(now.engine, place.read, place.step, now.text))
    _way(now, place)


def _predict(now: Current, place: Place) -> None:
    question = _question(now, place)
    if question is None:
        return
    if question.ask.type == "game":
        _play(now, place, question)
        return
    given = answers.fitting(place.key, now.text, question.number)
    chosen = _control(now, place, question)
    if _way(now, place, on=_("Skip"), commit=chosen is not None):
        answers.commit(place.key, judged(now, question, chosen))
        _forward(now, place)
    if given is not None:
        st.caption(_("You can still change your answer: “{said}”.").format(said=given.said))


def _play(now: Current, place: Place, question: Question) -> None:
    stands = game.draw(now, question.ask.text or "", place.read.lesson.prompt)
    if stands is not None:
        answers.commit(place.key, stands)
    _way(now, place, on=_("Skip") if stands is None else "")


def _transfer(now: Current, place: Place) -> None:
    question = _question(now, place)
    if question is None:
        return
    chosen = _control(now, place, question)
    given = answers.fitting(place.key, now.text, question.number)
    if given is not None:
        section = place.read.words.sections[place.step.id]
        _reveal_answer(question, section, given)
        boxes.show(now, place.key, question, title=place.read.words.title, text=section.text)
    on, chose = "" if given else _("Skip"), chosen is not None
    if _way(now, place, on=on, commit=chose, given=given is not None):
        answers.commit(place.key, judged(now, question, chosen))
        st.rerun()


def _do(now: Current, place: Place) -> None:
    _say(place, asked_by(now.engine, place.read, place.step, now.text))
    if answers.is_done(place.key):
        st.success(_("Done. Look at what changed, then go on."), icon=":material/check:")
        _way(now, place)
    else:
        st.info(_("Do it below; the lesson notices by itself."), icon=":material/touch_app:")
        _way(now, place, on=_("Skip"))


def _reveal(now: Current, place: Place) -> None:
    step = place.read.lesson.step(place.step.of or "")
    question = question_of(now.engine, place.read, step, now.text)
    if isinstance(question, str):
        st.info(question)
        _way(now, place)
        return
    section = _section(place, question.number)
    key = f"{place.read.lesson.id}/{step.id}"
    given = answers.fitting(key, now.text, question.number)
    if given is not None:
        _reveal_answer(question, section, given)
    elif answers.answer_to(key) is not None:
        st.caption(_("You answered for another text; here is what the model says of this one."))
    else:
        st.caption(_("You skipped the question; here is what the model says."))
    st.markdown(question.words(section.text))
    boxes.show(now, place.key, question, title=place.read.words.title, text=section.text)
    _way(now, place)


_DRAWN = {
    "see": _see, "predict": _predict, "transfer": _transfer, "do": _do, "reveal": _reveal,
}  # fmt: skip

# --- parts ------------------------------------------------------------------------------------


def _section(place: Place, number: int) -> Section:
    """The words for the question that was asked, else the step's own."""
    sections = place.read.words.sections
    return sections.get(f"{place.step.id}.{number}", sections[place.step.id])


def _say(place: Place, question: Question | None) -> None:
    section = _section(place, question.number if question else 1)
    st.markdown(filled(section.text, question.numbers if question else {}))


def _question(now: Current, place: Place) -> Question | None:
    """Say the question, or why none can be asked here."""
    question = question_of(now.engine, place.read, place.step, now.text)
    if isinstance(question, Question):
        st.markdown(question.words(question.section.text))
        return question
    st.info(question, icon=":material/info:")
    if now.text != place.read.lesson.prompt and st.button(
        _("Bring the lesson's text back"), key="lesson_text"
    ):
        forget_own_text(place)
        go_to(now, place.read, place.step, short=place.short)
    _way(now, place, on=_("Skip"))
    return None


def _control(now: Current, place: Place, question: Question) -> Any:
    given = answers.fitting(place.key, now.text, question.number)
    key = f"answer_{place.key}_{question.number}_{hash(now.text)}"
    return inputs.draw(now, question, key, None if given is None else given.value)


def _reveal_answer(question: Question, section: Section, given: answers.Given) -> None:
    said = _("You said: {said}").format(said=given.said)
    if question.ask.type == "game":
        st.markdown(f"**{given.said}**")
    elif given.right is None:
        st.markdown(said)
    else:
        icon = ":material/check_circle:" if given.right else ":material/lightbulb:"
        named = _("The model: {truth}") if question.found is not None else _("Right is: {truth}")
        truth = "" if given.right else " · " + named.format(truth=given.truth)
        st.markdown(f"{icon} {said}{truth}")
    feedback = feedback_of(question, dict(section.feedback), given)
    if feedback:
        st.markdown(feedback)


def _way(
    now: Current, place: Place, *, on: str = "", commit: bool | None = None, given: bool = False
) -> bool:
    """Back, the answer, next; whether the answer was committed.

    Parameters
    ----------
    on : what leads on, where it is not the next step
    commit : whether there is an answer to commit; None where none is asked for
    given : whether one was committed before, so that the way on comes first
    """
    committed, asks = False, commit is not None and not given
    with st.container(horizontal=True, key="lesson_way"):
        before = place.beside(-1)
        if st.button(_("Back"), key="lesson_back", disabled=before is None) and before is not None:
            go_to(now, place.read, before, short=place.short)
        if commit is not None:
            committed = st.button(
                _("That is my answer"), key="lesson_commit", disabled=not commit,
                type="primary" if asks else "secondary",
            )  # fmt: skip
        last = place.beside(1) is None
        label = on or (_("Finish the lesson") if last else _("Next"))
        if st.button(label, key="lesson_next", type="secondary" if asks else "primary"):
            _forward(now, place)
    return committed


def _forward(now: Current, place: Place) -> None:
    after = place.beside(1)
    if after is not None:
        go_to(now, place.read, after, short=place.short)
    answers.finish(place.read.lesson.id)
    path = {PATH: SHORT} if place.short else {}
    address.follow(COURSE, {"finished": place.read.lesson.id, **path})
