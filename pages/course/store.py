"""What was done, kept in the browser's own storage if the learner wants; never by the server."""

from __future__ import annotations

import streamlit as st

from core.language import _
from pages.components.course_store import REFUSED, course_store
from pages.course import answers, beliefs, progress
from pages.course.keeping import Kept, into_session, of_session, packed, unpacked
from pages.kit.memory import Memory

#: Whether the browser keeps it; None until somebody says so, or it turns out that it does.
KEEPS = Memory[bool | None]("course_browser_keeps", None)
#: Another number when all began anew.
_TURN = Memory[int]("course_turn", 0)
_REFUSED = Memory[bool]("course_storage_refused", False)
#: The switch, as its widget has it.
_SWITCH = Memory[bool]("course_keeps", False)
_MODES = {None: "read", True: "keep", False: "forget"}


def follow_browser() -> None:
    """Read what the browser kept, once; from then on let it keep what changes."""
    keeps = KEEPS.get()
    text = packed(of_session()) if keeps else ""
    found = course_store(_MODES[keeps], text, turn=_TURN.get(), key="course_store")
    if found == REFUSED:
        _REFUSED.set(True)
        KEEPS.set(None)
        st.rerun()
    kept = unpacked(found) if keeps is None and found else None
    if kept is not None:
        into_session(kept)
        KEEPS.set(True)
        st.rerun()


def switch() -> None:
    """The switch, off until somebody wants it."""
    _SWITCH.set(KEEPS.get() is True)
    st.toggle(_("Let this browser keep what I have done"), key=_SWITCH.name, on_change=_switched)
    if _REFUSED.get():
        st.caption(_("This browser does not let a page keep anything."))


def _switched() -> None:
    KEEPS.set(_SWITCH.get())
    _REFUSED.set(False)


def start_over() -> None:
    """Forget all that was done, here and, if it keeps it, in the browser."""
    answers.start_over()
    progress.SEEN.set(())
    beliefs.BEFORE.set({})
    beliefs.AFTER.set({})
    beliefs.SKIPPED.set(frozenset())
    _TURN.set(_TURN.get() + 1)


def is_begun() -> bool:
    """Whether there is anything to start over from."""
    return of_session() != Kept()
