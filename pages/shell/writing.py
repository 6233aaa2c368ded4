"""The model writes onto the prompt: twenty tokens that stream, or the one that is clicked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import streamlit as st

from core import cache
from core.errors import LearnerError
from core.language import _
from core.model.job import LoadJob
from core.tokens.append import appended
from core.tokens.encoding import encoding
from core.tokens.vocabulary import token_label, vocabulary
from pages.kit import jobs
from pages.kit.current import MODEL, PROMPT, Current
from pages.shell import prompt, writing_words
from pages.shell.prompt import NOTE, WRITING

if TYPE_CHECKING:  # torch takes seconds to import; the first page does not wait for it
    from core.engine.backend import Backend
    from core.sampling.choice import Choice
    from core.sampling.settings import SamplingSettings

#: Tokens that one press writes.
MANY = 20
#: The knobs of the Sampling page: a setting, the name in the session, the value at first.
KNOBS: tuple[tuple[str, str, Any], ...] = (
    ("repetition_penalty", "penalty", 1.0),
    ("temperature", "temperature", 0.8),
    ("top_k", "top_k", 40),
    ("top_p", "top_p", 0.95),
    ("min_p", "min_p", 0.0),
)
_WANTED, _PRESSES = "prompt_wanted", "prompt_presses"


@dataclass(frozen=True, eq=False)
class Asked:
    """What was to be written, as it was when it began.

    Attributes
    ----------
    ids : of the prompt
    """

    engine: Backend
    text: str
    ids: tuple[int, ...]
    settings: SamplingSettings
    seed: int


def ask() -> None:
    """Write twenty tokens; for callbacks. It begins in the run, once what is typed is known."""
    st.session_state[_WANTED] = True


def ask_no_more() -> None:
    """There is nothing to write onto: what was asked for must not begin with a later text."""
    st.session_state.pop(_WANTED, None)


def stop() -> None:
    """End it; what is written stays."""
    jobs.stop(WRITING)


def begin_if_asked(now: Current) -> None:
    """Begin to write what was asked for; the page runs again to show it."""
    if not st.session_state.pop(_WANTED, False):
        return
    room = now.engine.shape.n_ctx - now.n_tokens
    if room <= 0:
        st.session_state[NOTE] = writing_words.full(now.engine.shape.n_ctx)
        st.rerun()
    from core.engine import continuations

    n = min(MANY, room, cache.settings().max_new_tokens)
    seed = st.session_state[_PRESSES] = st.session_state.get(_PRESSES, 0) + 1
    asked = Asked(now.engine, now.text, now.ids, settings(), seed)
    prompt.remember()
    st.session_state.pop(NOTE, None)
    write_on = partial(
        continuations.write, now.engine, now.ids, asked.settings, seed=seed, max_new_tokens=n
    )
    jobs.start_by_itself(WRITING, write_on, asked=asked)


def settings() -> SamplingSettings:
    """The knobs of the Sampling page as they stand, or as they are at first."""
    from core.sampling.settings import SamplingSettings

    at = {name: st.session_state.get(key, first) for name, key, first in KNOBS}
    return SamplingSettings(**at)


def follow(*, here: bool) -> None:
    """Let the prompt be what is written by now, before anything is drawn of it.

    Parameters
    ----------
    here : whether the page shows it; nothing goes on for a page that was left
    """
    work = jobs.kept(WRITING)
    if work is None:
        return
    job, asked = work["job"], work["asked"]
    if not here or asked.engine.key != cache.engine_key(st.session_state[MODEL]):
        job.stop()
    done, written = job.done, job.watch()
    kept = [c for c in written if c.token_id != asked.engine.tokenizer.eos_token_id]
    text, left_over = appended(asked.text, [c.data for c in kept])
    prompt.grow(text)
    if not done:
        return
    jobs.forget(WRITING)
    if job.error is not None:
        if not isinstance(job.error, LearnerError):
            raise job.error
        st.session_state[NOTE] = str(job.error)
        return
    st.session_state[NOTE] = _said(asked, written, kept, text, left_over)


def _said(
    asked: Asked, written: Sequence[Choice], kept: Sequence[Choice], text: str, left_over: int
) -> str:
    ids = _ids(asked.engine, text)
    return writing_words.written(
        len(written),
        asked.settings,
        asked.seed,
        full_at=len(ids) if len(ids) >= asked.engine.shape.n_ctx else None,
        ended=len(kept) < len(written),
        left_over=left_over,
        again=ids == (*asked.ids, *(c.token_id for c in kept)),
    )


def _ids(engine: Backend, text: str) -> tuple[int, ...]:
    return tuple(encoding(engine.tokenizer, text).ids.tolist())


def write(token_id: int) -> None:
    """Write exactly this token onto the prompt; for callbacks, such as a click on its bar.

    What cannot be written as text is told in the line under the prompt.
    """
    engine = cache.engine_or_job(st.session_state[MODEL])
    if isinstance(engine, LoadJob):
        return
    jobs.forget(WRITING)  # the bar belongs to the text that is seen, not to one that goes on
    said = _why_not(engine, token_id)
    if said is None:
        said = _append(engine, token_id)
    st.session_state[NOTE] = said


def _why_not(engine: Backend, token_id: int) -> str | None:
    data, n_ctx = vocabulary(engine.tokenizer).data, engine.shape.n_ctx
    if not 0 <= token_id < len(data):
        return _("This model has no such token.")
    if token_id == engine.tokenizer.eos_token_id:
        return writing_words.end_of_text()
    if appended("", [data[token_id]])[1]:
        return writing_words.no_text(token_label(engine.tokenizer, token_id))
    if len(_ids(engine, st.session_state[PROMPT])) >= n_ctx:
        return writing_words.full(n_ctx)
    return None


def _append(engine: Backend, token_id: int) -> str:
    text = st.session_state[PROMPT]
    longer, _left = appended(text, [vocabulary(engine.tokenizer).data[token_id]])
    prompt.remember()
    prompt.grow(longer)
    if _ids(engine, longer) == (*_ids(engine, text), token_id):
        return ""
    return writing_words.cut_anew()
