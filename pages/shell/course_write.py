"""How to write a lesson: what to do, a lesson to start from, and what is wrong with one's files."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.language import _
from core.questions import CHECKS
from pages.course.place import lessons
from pages.course.template import template
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.shell.course_parts import heading


def draw(now: Current) -> None:
    heading(_("Write a lesson in ten minutes"), back="teacher")
    st.markdown(prose("lessons", "write"))
    st.download_button(
        _("A lesson to start from"), data=template, file_name="my-first-lesson.zip",
        mime="application/zip", key="course_template", on_click="ignore",
        icon=":material/download:", type="primary",
    )  # fmt: skip
    _mistakes()
    with st.expander(_("What can be asked of the model")):
        st.markdown("\n".join(_check(name) for name in sorted(CHECKS)))


def _mistakes() -> None:
    st.subheader(_("Your folder"), anchor=False)
    own, mistakes = cache.settings().lessons, lessons()[1]
    if not own:
        st.markdown(_("No folder is named in the settings of this server."))
    elif not mistakes:
        st.success(_("All lessons are read without a mistake."), icon=":material/check:")
    for mistake in mistakes:
        st.warning(mistake, icon=":material/edit:")


def _check(name: str) -> str:
    check = CHECKS[name]
    given = ", ".join(f"`{one}`" for one in check.parameters) or _("nothing more")
    numbers = ", ".join(f"`{{{one}}}`" for one in check.numbers)
    text = _("- `{name}`: a {kind}; takes {given}; fills {numbers}")
    return text.format(name=name, kind=check.gives, given=given, numbers=numbers)
