"""The real thing: one quiet line that offers GPT-2 Small, its progress, and the change to it."""

from __future__ import annotations

from typing import NoReturn

import streamlit as st

from core import cache
from core.errors import LearnerError
from core.language import _
from core.model.job import LoadJob
from core.model.reach import Reachable
from core.numbers import byte_size
from pages.kit.current import MODEL
from pages.kit.fragment import fragment
from pages.shell.prompt import NOTE

#: In the session: the model that is on its way while the page goes on.
_COMING = "model_coming"
_LOOK = 0.5


def draw() -> bool:
    """The offer, if there is one to make to who has the small model; whether there is."""
    if not cache.is_embedded(st.session_state[MODEL]):
        st.session_state.pop(_COMING, None)
        return False
    coming = st.session_state.get(_COMING)
    if coming is not None:
        fragment(_arrive, run_every=_LOOK)(coming)
        return True
    found = cache.real_thing()
    if found is not None:
        _offer(found)
    return found is not None


def _offer(found: Reachable) -> None:
    text = _("This is a very small model; {title} is {size} away.")
    button = _("Fetch it")
    if found.here:
        text, button = _("This is a very small model; {title} is here, too."), _("Use it")
    entry = found.entry
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="real_thing"):
        words = text.format(title=entry.title, size=byte_size(entry.download_bytes))
        st.markdown(words, width="content")
        st.button(button, key="take_real_thing", type="tertiary", on_click=_take, args=(entry.key,))


def _take(key: str) -> None:
    if cache.settings().max_models > 1:
        st.session_state[_COMING] = key
    else:  # there is no room for both: the page waits
        st.session_state["model_wanted"] = key


def _arrive(key: str) -> None:
    """Progress of the model, while the page goes on with the one that is there."""
    try:
        found = cache.engine_or_job(key)
    except LearnerError as error:
        _give_up(str(error))
    if not isinstance(found, LoadJob):
        st.session_state.pop(_COMING, None)
        st.session_state["model_wanted"] = key
        st.rerun()
    if found.done:
        cache.pool().forget(key)
        _give_up(str(found.error) if isinstance(found.error, LearnerError) else "")
    progress = found.progress
    share = progress.done_bytes / progress.total_bytes if progress.total_bytes else 0.0
    with st.container(horizontal=True, vertical_alignment="center", key="real_thing_comes"):
        text = _("Loading beside: {message}").format(message=progress.message)
        st.progress(min(1.0, share), text=text, width=420)
        if st.button(_("Stop"), key="stop_real_thing", type="tertiary"):
            found.cancel()
            cache.pool().forget(key)
            _give_up("")


def _give_up(note: str) -> NoReturn:
    st.session_state.pop(_COMING, None)
    st.session_state[NOTE] = note
    st.rerun()
