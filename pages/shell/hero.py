"""The top of the first page: what this is, the prompt in the page, things to try, write on."""

from __future__ import annotations

import time

import streamlit as st

from core import cache
from core.language import _
from core.numbers import count
from pages.kit import jobs
from pages.kit import words as nouns
from pages.kit.current import PROMPT
from pages.kit.fragment import fragment
from pages.kit.words import plain
from pages.shell import locked, offer, prompt, writing
from pages.shell.examples import tries
from pages.shell.journey import course_stop
from pages.shell.prompt import NOTE, WRITING

NAME = "GPT-2 Under the Hood"
#: Seconds between two looks at what is written, and between two runs of the page that follow it.
_LOOK, _FOLLOW = 0.25, 1.0
_FOLLOWED = "prompt_followed"


def draw(*, ready: bool) -> None:
    """Draw it.

    Parameters
    ----------
    ready : whether the model is there, so that it can write
    """
    with st.container(key="hero", gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", key="hero_name"):
            st.title(NAME, anchor=False, width="content")
            st.markdown(_("Watch a real language model choose the next word."))
            with st.container(key="hero_course", width="content"):
                course_stop().link(_("Take the course"))
        prompt.field("hero_prompt", _("Your text"), big=True, focus=True)
        with st.container(horizontal=True, vertical_alignment="center", key="hero_row"):
            _tries()
            _buttons(ready)
        with st.container(key="hero_line"):
            _line(ready)


def _tries() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="hero_tries"):
        st.markdown(_("Try"), width="content")
        for number, (title, text) in enumerate(tries()):
            st.button(
                title, key=f"try_{number}", on_click=prompt.set_prompt, args=(text,),
                help=plain(text),
            )  # fmt: skip


def _buttons(ready: bool) -> None:
    """Write, stop, undo, begin again: always in the same places."""
    running, text = jobs.is_running(WRITING), st.session_state[PROMPT]
    n = count(min(writing.MANY, cache.settings().max_new_tokens))
    buttons = (
        ("stop", "stop", _("Stop writing"), writing.stop, running),
        ("undo", "undo", _("Undo: back to the text before"), prompt.undo, prompt.can_undo()),
        ("again", "restart_alt", _("Begin again: back to the text that was typed"),
         prompt.begin_again, prompt.typed_text() != text),
    )  # fmt: skip
    with st.container(horizontal=True, width="content", gap="xsmall", key="hero_write"):
        st.button(
            _("Write {n}").format(n=n), key="write_many", type="primary",
            icon=":material/play_arrow:", on_click=writing.ask,
            disabled=running or not ready or not text,
            help=_("The model writes {n} tokens onto the text.").format(n=n),
        )  # fmt: skip
        for name, icon, words, do, on in buttons:
            st.button(
                f":material/{icon}:", key=f"write_{name}", on_click=do, disabled=not on, help=words
            )


def _line(ready: bool) -> None:
    """One line under it: how far the writing is, what is to be said of it, a bigger model, a hint.

    There is always one: what stands below must not jump.
    """
    note = st.session_state.get(NOTE)
    if jobs.is_running(WRITING):
        st.session_state[_FOLLOWED] = time.monotonic()
        fragment(_watch, run_every=_LOOK)()
    elif note:
        st.text(note)
    elif not (ready and not locked.by_teacher() and offer.draw()):
        st.text(_hint())


def _hint() -> str:
    if locked.prompt_is_locked():
        return _("Try one of the three, or let the model write on.")
    return _("Enter applies your text; Shift + Enter makes a new line.")


def _watch() -> None:
    """How far the writing is; the page follows it once a second, and at its end."""
    work = jobs.kept(WRITING)
    if work is None or work["job"].done:
        st.rerun()
    n = len(work["job"].watch())
    if n and time.monotonic() - st.session_state[_FOLLOWED] >= _FOLLOW:
        st.rerun()
    st.text(_("Writing: {n} so far.").format(n=nouns.tokens(n)))
