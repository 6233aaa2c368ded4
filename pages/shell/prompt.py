"""The one prompt of a session: typed, chosen, written onto, taken back."""

from __future__ import annotations

from typing import NamedTuple

import streamlit as st

from core import cache
from core.language import _
from pages.components.prompt_field import prompt_field
from pages.kit import jobs
from pages.kit.current import PROMPT
from pages.shell import locked
from pages.shell.examples import examples

#: The work that writes onto the prompt; see `pages.shell.writing`.
WRITING = "prompt_writing"
#: What is to be said about what was written last.
NOTE = "prompt_note"
#: In the session: a number for each text that somebody chose; the text as it was typed; the texts
#: before, each with its typed one.
_TURN, _TYPED, _BEFORE = "prompt_turn", "prompt_typed", "prompt_before"
#: So many steps can be taken back, and so many characters are kept for that.
_STEPS, _CHARACTERS = 50, 300_000


class _Step(NamedTuple):
    text: str
    typed: str


def set_prompt(text: str) -> None:
    """Take a text over as the prompt; for callbacks, which run before the page does."""
    if text != st.session_state[PROMPT]:
        remember()
    restore(text)


def may_arrive(text: str) -> bool:
    """Whether a link, or the browser's Back button, may bring a text: where the prompt is locked
    only one that stands ready, or that the session had."""
    if not locked.prompt_is_locked():
        return True
    if text in {example.prompt for example in examples()}:
        return True
    # What lessons ask needs PyTorch, which the first page does not wait for.
    from pages.course.place import lessons

    had = {step.text for step in st.session_state.get(_BEFORE, [])}
    return text in had | {read.lesson.prompt for read in lessons()[0]}


def restore(text: str) -> None:
    """Take over what the address holds; nothing is to be undone then but by the browser."""
    _take(text)
    st.session_state[_TYPED] = text


def grow(text: str) -> None:
    """Let the prompt be a longer text; what somebody types meanwhile in a field stays."""
    st.session_state[PROMPT] = text


def _take(text: str) -> None:
    jobs.forget(WRITING)
    st.session_state.pop(NOTE, None)
    st.session_state[PROMPT] = text
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def remember() -> None:
    """Keep the prompt of now, to come back to."""
    before: list[_Step] = st.session_state.setdefault(_BEFORE, [])
    typed = st.session_state.setdefault(_TYPED, st.session_state[PROMPT])
    before.append(_Step(st.session_state[PROMPT], typed))
    while len(before) > _STEPS or sum(len(step.text) for step in before) > _CHARACTERS:
        del before[0]


def typed_text() -> str:
    """The prompt before anything was written onto it."""
    return st.session_state.get(_TYPED, st.session_state[PROMPT])


def can_undo() -> bool:
    return bool(st.session_state.get(_BEFORE))


def undo() -> None:
    """Go back to the text before."""
    if can_undo():
        step = st.session_state[_BEFORE].pop()
        restore(step.text)
        st.session_state[_TYPED] = step.typed


def begin_again() -> None:
    """Go back to the text that was typed; that can be undone, too."""
    set_prompt(typed_text())


def field(key: str, label: str, **options: bool) -> None:
    """A field with the prompt; there may be two, and both hold the same. Where the prompt is locked
    there is none, and what is not drawn nobody can send a text to."""
    if locked.prompt_is_locked():
        st.caption(locked.said())
        return
    prompt_field(
        st.session_state[PROMPT],
        key=key,
        label=label,
        turn=st.session_state.get(_TURN, 0),
        limit=cache.settings().max_characters,
        on_text=set_prompt,
        busy=jobs.is_running(WRITING),
        **options,
    )


def sidebar_field(*, note: bool) -> None:
    """The field of every page."""
    field("prompt_field", _("Prompt"), note=note)
