"""What came out of it, to read, to print and to keep: beliefs, predictions, the Python."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from core.language import _, bound, ngettext
from core.numbers import count
from core.recipes.notebook import notebook
from pages.course import beliefs, boxes, results
from pages.course.keeping import Kept, of_session
from pages.course.place import lessons
from pages.course.reading import Read
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.kit.words import plain
from pages.shell.course_beliefs import said
from pages.shell.course_parts import heading, leads_to

_prose = partial(prose, "lessons")


def draw(now: Current) -> None:
    found, kept = lessons()[0], of_session()
    heading(_("What I have found out"), printed=True)
    if kept == Kept(seen=kept.seen) and not boxes.SEEN_BOXES.get():
        st.markdown(_prose("nothing_yet"))
        return
    _take_away(now, found)
    _beliefs(found)
    _predictions(found)


def _beliefs(found: Sequence[Read]) -> None:
    kept = of_session()
    st.subheader(_("What I believed"), anchor=False)
    changed = len(beliefs.moved(kept.before, kept.after))
    if kept.before and kept.after:
        text = ngettext(
            "Of {all} statements, I see {n} otherwise now.",
            "Of {all} statements, I see {n} otherwise now.",
            changed,
        )
        st.markdown(text.format(n=count(changed), all=count(len(beliefs.STATEMENTS))))
    elif not kept.after:
        leads_to(_("Say what I believe now"), "exit", icon=":material/how_to_vote:")
    with st.container(key="course_beliefs"):
        for number, one in enumerate(results.believed(kept, found, _prose)):
            _belief(number, one)


def _belief(number: int, one: results.Belief) -> None:
    with st.container(border=True, key=f"belief_{number}"):
        st.markdown(f"**“{one.text}”**")
        change = results.change(one, said)
        if change:
            st.markdown(change)
        if one.truth:
            st.markdown(f":material/lightbulb: {one.truth}")
        if one.lesson:
            st.caption(results.overturned(one))


def _predictions(found: Sequence[Read]) -> None:
    told = results.predicted(of_session().answers, found)
    st.subheader(_("What I predicted"), anchor=False)
    if not told:
        st.markdown(_("No question has been answered yet."))
    for number, lesson in enumerate(told):
        with st.container(border=True, key=f"predicted_{number}"):
            st.markdown(f"**{lesson.title}**")
            for given in lesson.answers:
                icon = {True: "check_circle", False: "lightbulb", None: "how_to_vote"}[given.right]
                lines = [plain(given.asked), f":material/{icon}: {results.verdict(given)}"]
                st.markdown("  \n".join(line for line in lines if line))


def _take_away(now: Current, found: Sequence[Read]) -> None:
    recipes = boxes.of_model(now.engine.key)
    with st.container(horizontal=True, key="course_take_away"):
        _download(
            _("As a text to keep"), "md", "text/markdown",
            lambda: results.as_markdown(of_session(), found, _prose, said),
        )  # fmt: skip
        if recipes:
            _download(
                _("Python as a notebook"), "ipynb", "application/x-ipynb+json",
                lambda: notebook(_("Lessons"), recipes),
            )  # fmt: skip
    if len(recipes) < len(boxes.SEEN_BOXES.get()):
        st.caption(
            _(
                "The notebook holds what you have seen of this model; choose another model to have"
                " what you have seen of that one."
            )
        )


def _download(title: str, ending: str, mime: str, made: Callable[[], str]) -> None:
    st.download_button(
        title, data=bound(made), file_name=f"gpt2-lessons.{ending}", mime=mime,
        key=f"course_{ending}", on_click="ignore", icon=":material/download:",
    )  # fmt: skip
