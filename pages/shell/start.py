"""The first seconds of a server: the page's question, a stored answer and the progress."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.overview.machine import drawn
from core.charts.overview.machine_steps import caption, steps
from core.language import _
from core.model.stored import stored
from core.views.machine import Machine
from core.views.machine_stored import from_plain
from pages.components.machine import machine
from pages.kit.current import MODEL, PROMPT
from pages.kit.panel import Shown, frame
from pages.kit.prose import prose
from pages.shell.journey import course_stop
from pages.shell.session import engine_or_stop, header


def cold(name: str) -> None:
    """Stands for a page while PyTorch is imported and the first model loads: what is known.

    All of it has the keys and the places of what comes, so that nothing moves when it comes.

    Parameters
    ----------
    name : the page that was asked for, as in its address
    """
    header(name, ready=False)
    progress = st.container(key="bar_place")  # the bar on top comes there
    found = None
    if name == course_stop().name:  # it begins with words, and has no machine of its own
        st.markdown(prose(name, "intro"))
    elif st.session_state[MODEL] == "storyteller":
        found = from_plain(stored().get(st.session_state[PROMPT]))
    if found is not None:
        _show(found)
        progress.caption(
            _("This picture was stored with the model; the live one takes its place in a moment.")
        )
    with progress:
        engine_or_stop()
    st.rerun()  # it came in the meantime


def _show(found: Machine) -> None:
    """The text's own way through the model, as it was when it was made."""
    head, arrays = drawn(found, steps(found), live=False)
    # A group of panels lies in a container of its own.
    with (
        st.container(),
        frame(_("The machine at work"), prose("overview", "machine"), key="panel_machine"),
    ):
        picture = partial(machine, head, arrays, key="machine", on={})
        Shown(picture, caption(found)).draw()
