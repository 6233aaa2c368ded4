"""What a page starts from: the model that speaks, the prompt, its tokens and its trace."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

from core import cache
from core.engine.fair_queue import client
from core.errors import EmptyPrompt, LearnerError
from core.language import _
from core.model.pool import LoadJob
from core.tokens.tokenizer import Token, encoding, label
from pages.kit.panel import fragment
from pages.shell.journey import stops

if TYPE_CHECKING:  # torch takes seconds to import; the first page does not wait for it
    from core.engine.engine import Engine
    from core.views.trace import Trace

ROOT = Path(__file__).resolve().parent.parent.parent
MODEL, PROMPT, READY = "model", "prompt", "model_ready"
#: What the sidebar held last; there once app.py has run.
STARTED = "started"
#: Longer prompts stay out of the link: browsers and chat programs cut long addresses.
LONGEST_IN_URL = 1_500


@dataclass(frozen=True, eq=False)
class Current:
    """The model and the prompt of the moment.

    Attributes
    ----------
    engine : runs the model for everyone
    text : what was typed, whole
    tokens : the tokens that the model reads (the first n_ctx if there are more)
    n_tokens : how many tokens the whole text has
    """

    engine: Engine
    text: str
    tokens: tuple[Token, ...]
    n_tokens: int

    @cached_property
    def ids(self) -> tuple[int, ...]:
        return tuple(t.id for t in self.tokens)

    @cached_property
    def labels(self) -> list[str]:
        """The tokens as axes and tables show them."""
        return [label(t.piece) for t in self.tokens]

    @property
    def source(self) -> str:
        """Hub id or folder, for the Python boxes; as seen from the app's own folder."""
        source = Path(self.engine.loaded.source)
        return str(source.relative_to(ROOT)) if source.is_relative_to(ROOT) else str(source)

    @property
    def was_cut(self) -> bool:
        return self.n_tokens > len(self.tokens)

    @property
    def recipe_prompt(self) -> dict:
        """Arguments for `core.recipes.preamble`: the prompt, or the ids if it was cut."""
        return {"token_ids": self.ids} if self.was_cut else {"prompt": self.text}

    def trace(self) -> Trace:
        """One forward pass over the tokens, shared between sessions."""
        return self.engine.trace(self.ids)


def show_error(error: LearnerError, *, key: str = "learner_error") -> None:
    """An error as a sentence and its cure; never typed text as Markdown. `key`: once on a page."""
    with st.container(border=True, key=key):
        left, right = st.columns([1, 14], vertical_alignment="center")
        left.markdown(":material/error:")
        with right:
            st.text(error.problem)
            st.text(error.cure)


def header(name: str) -> None:
    """The page's one question."""
    if STARTED not in st.session_state:
        # A server's very first request, deep-linked: Streamlit has not met st.navigation yet and
        # runs this page's file alone. Once round through app.py, which keeps the address.
        PagesManager.uses_pages_directory = False
        st.rerun()
    st.title(next(s.question for s in stops() if s.name == name), anchor=False)


def engine_or_stop() -> Engine:
    """The engine of the chosen model; shows progress, or the error, and stops the page."""
    key = st.session_state[MODEL]
    try:
        found = cache.engine_or_job(key)
    except LearnerError as error:
        return _fall_back(error)
    if isinstance(found, LoadJob):
        if found.done:  # it failed: a job that went well has become an engine
            error = found.error
            cache.pool().forget(key)
            if isinstance(error, LearnerError):
                return _fall_back(error)
            raise error or RuntimeError("a load ended without a result")
        _waiting(key)
        st.stop()
    st.session_state[READY] = key
    return found


def _fall_back(error: LearnerError) -> Engine:
    """Say what went wrong and go on with the model that was there."""
    ready = st.session_state.get(READY)
    if ready is None or ready == st.session_state[MODEL]:
        ready = cache.settings().default_model
    if ready == st.session_state[MODEL]:
        show_error(error)
        st.stop()
    st.session_state["model_error"] = error
    st.session_state["model_wanted"] = ready
    st.rerun()


@fragment(run_every=0.5)
def _waiting(key: str) -> None:
    """Progress of a load; other sessions are not touched, and the page can be left."""
    found = cache.engine_or_job(key)
    if not isinstance(found, LoadJob) or found.done:
        st.rerun()
    progress = found.progress
    share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
    st.progress(
        min(1.0, share), text=_("Loading the model: {message}").format(message=progress.message)
    )
    ready = st.session_state.get(READY)
    if ready and ready != key and st.button(_("Stop and keep the model I had"), key="cancel_load"):
        found.cancel()
        cache.pool().forget(key)
        st.session_state["model_wanted"] = ready
        st.rerun()


def _session_id() -> str:
    """Tells the engine whose request it is, so that every session gets the same share."""
    return st.session_state.setdefault("session_id", uuid.uuid4().hex)


def current() -> Current:
    """The model, the prompt and its tokens, or a sentence that says what to do, and stop."""
    client.set(_session_id())
    engine = engine_or_stop()
    text = st.session_state.get(PROMPT, "")
    limits = cache.settings()
    try:
        if not text:
            raise EmptyPrompt()
        made = encoding(engine.tokenizer, text, limits.max_characters)
    except LearnerError as error:
        show_error(error)
        st.stop()
    n_ctx = engine.shape.n_ctx
    now = Current(engine, text, made.tokens(0, n_ctx), len(made))
    if now.was_cut:
        st.warning(
            _(
                "This text has {n:,} tokens; the model reads at most {limit:,} at once."
                " What it computes is shown for the first {limit:,}."
            ).format(n=len(made), limit=n_ctx)
        )
    return now
