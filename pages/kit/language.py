"""Which language a session reads: the address's, else the browser's, else English."""

from __future__ import annotations

import streamlit as st

from core import private
from core.language import SOURCE_LANGUAGE, current_language, match

#: In the session: the language's code; the sidebar's choice has the same key.
LANGUAGE = "language"
#: What the sidebar held last; there once app.py has run.
STARTED = "started"
_BEFORE = "language_before"


def of_browser() -> str:
    """The language that the browser asks for, if the app has it."""
    return match(st.context.locale) or SOURCE_LANGUAGE


def of_session() -> str | None:
    """The session's language, also for a callback, which runs before the page; None outside."""
    if not private.in_session():
        return None
    kept = st.session_state.get(STARTED, {})
    return match(st.session_state.get(LANGUAGE, kept.get(LANGUAGE)))


def follow_the_choice() -> str | None:
    """The session's language; where it has just changed, what was chosen before stays chosen.

    The browser knows an option by its label, which is another one now, and would go back to the
    first: what the session holds is put anew, so that the browser gets it with its new label.
    """
    now, memory = of_session(), st.session_state
    if memory.get(_BEFORE, now) != now:
        for key, value in memory.items():
            if isinstance(value, str | int | float | list) and not isinstance(value, bool):
                memory[key] = value
    memory[_BEFORE] = now
    return now


current_language.ask(of_session)
