"""Seven statements before the course and after it: agree, unsure, disagree. No marks."""

from __future__ import annotations

import streamlit as st

from core.language import _
from pages.course import beliefs
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.prose import prose
from pages.shell.course_parts import heading, open_part


def entrance(now: Current) -> None:
    """What is believed before the first lesson."""
    _ask("entrance", beliefs.BEFORE, then="")


def leaving(now: Current) -> None:
    """What is believed after the last one."""
    _ask("exit", beliefs.AFTER, then="results")


def said(name: str) -> str:
    """How an answer reads."""
    return {"agree": _("I agree"), "unsure": _("I am not sure"), "disagree": _("I disagree")}[name]


def _ask(part: str, kept: Memory[dict[str, str]], *, then: str) -> None:
    title = {"entrance": _("What do you believe?"), "exit": _("What do you believe now?")}[part]
    heading(title)
    st.markdown(prose("lessons", part))
    before = kept.get()
    given = {name: _one(part, name, before.get(name)) for name in beliefs.STATEMENTS}
    with st.container(horizontal=True, key="course_way"):
        if st.button(_("That is what I believe"), key="beliefs_done", type="primary"):
            kept.set({name: value for name, value in given.items() if value})
            open_part(then)
        if st.button(_("Skip this"), key="beliefs_skip"):
            beliefs.SKIPPED.set(beliefs.SKIPPED.get() | {part})
            open_part(then)


def _one(part: str, name: str, before: str | None) -> str | None:
    names = list(beliefs.SAYINGS)
    return st.radio(
        prose("lessons", f"statement_{name}"), names, horizontal=True, format_func=said,
        index=names.index(before) if before in names else None, key=f"{part}_{name}",
    )  # fmt: skip
