"""The model that speaks and the prompt: found for a page, or a sentence that says what to do."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import streamlit as st

from core import cache, private
from core.engine.fair_queue import client
from core.errors import EmptyPrompt, LearnerError
from core.language import _
from core.model.job import LoadJob
from core.numbers import count
from core.tokens.encoding import Encoding, encoding
from pages.kit import address
from pages.kit.current import MODEL, PROMPT, Current
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.language import STARTED
from pages.shell import hero, writing
from pages.shell.journey import beside, stops

if TYPE_CHECKING:  # torch takes seconds to import; the first page does not wait for it
    from core.engine.backend import Backend

#: In the session: the model that was there last.
READY = "model_ready"
#: In the session: in the next run the browser hears again what its menus hold. Streamlit says so
#: once, in the run that drew them; where the next begins within a moment, as when a model is there
#: at once, the browser draws only that one: a menu showed another model than the page.
TELL_AGAIN = "tell_again"


def header(name: str, *, ready: bool = True) -> None:
    """The page's one question; the first page says what all of this is.

    Parameters
    ----------
    ready : whether a model is there
    """
    if STARTED not in st.session_state:
        # A server's very first request, deep-linked: Streamlit has not met st.navigation yet and
        # runs this page's file alone. Once round through app.py, which keeps the address.
        private.prepare()
        st.rerun()
    if name == stops()[0].name:
        hero.draw(ready=ready)
    else:
        named = [*stops(), *beside()]
        st.title(next(s.question for s in named if s.name == name), anchor=False)


def engine_or_stop() -> Backend:
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
        address.write()
        _waiting(key)
        st.stop()
    st.session_state[READY] = key
    return found


def _fall_back(error: LearnerError) -> Backend:
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
        st.session_state[TELL_AGAIN] = True
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


def current(page: str, *, invites: bool = False) -> Current:
    """The model, the prompt and its tokens, or a sentence that says what to do, and stop.

    Parameters
    ----------
    page : that is open, by its name
    invites : whether the page has a field of its own that an empty prompt belongs into
    """
    client.set(_session_id())
    engine, limits = engine_or_stop(), cache.settings()
    text = st.session_state.get(PROMPT, "")
    try:
        made = _encoded(engine, text)
    except LearnerError as error:
        writing.ask_no_more()
        address.write()
        if invites and isinstance(error, EmptyPrompt):
            st.markdown(_("Nothing to read yet: type a text above, or try one of the three."))
        else:
            show_error(error)
        st.stop()
    n_ctx = engine.shape.n_ctx
    source, note = source_of(engine, local=limits.allow_other_models)
    now = Current(engine, text, made.tokens(0, n_ctx), len(made), source, note, page)
    if now.was_cut:
        st.warning(
            _(
                "This text has {n} tokens; the model reads at most {limit} at once."
                " What it computes is shown for the first {limit}."
            ).format(n=count(len(made)), limit=count(n_ctx))
        )
    return now


def _encoded(engine: Backend, text: str) -> Encoding:
    if not text:
        raise EmptyPrompt()
    return encoding(engine.tokenizer, text, cache.settings().max_characters)


def source_of(engine: Backend, *, local: bool) -> tuple[str, str]:
    """Where a Python box finds the model, and what is to be said of it.

    Parameters
    ----------
    local : whether the app runs on the learner's own machine, so that its folders are theirs
    """
    source = engine.loaded.source
    folder = Path(source)
    if not folder.is_dir():
        return source, ""  # on the Hub
    if not local:
        note = _("The model is in the page's download: unpack it beside this file.")
        return folder.name, note
    return str(folder.resolve()), _("The model is in a folder of this computer, {name}.").format(
        name=folder.name
    )
