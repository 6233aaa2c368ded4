"""The first seconds of a server: the page's question, a stored answer and the progress."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core import cache
from core.charts.overview.machine import drawn
from core.charts.overview.machine_steps import caption, steps
from core.language import _
from core.model.stored import stored
from core.views.machine import Machine
from core.views.machine_stored import from_plain
from pages.components.machine import machine
from pages.kit.current import MODEL, PROMPT
from pages.kit.panel import Shown, frame
from pages.shell.journey import glossary_stop
from pages.shell.session import engine_or_stop, header


def wait_if_cold(name: str) -> None:
    """While PyTorch is imported and the first model loads, show what is known; then stop.

    Parameters
    ----------
    name : the page that was asked for, as in its address
    """
    if not cache.is_cold() or name == glossary_stop().name:
        return
    header(name, ready=False)
    progress = st.container()
    found = None
    if st.session_state[MODEL] == "storyteller":
        found = from_plain(stored().get(st.session_state[PROMPT]))
    if found is not None:
        _show(found)
    with progress:
        engine_or_stop()
    st.rerun()  # it came in the meantime


def _show(found: Machine) -> None:
    """The text's own way through the model, as it was when it was made."""
    text = _(
        "The model's own way through this example, stored with it. The live one takes its place in"
        " a few seconds."
    )
    head, arrays = drawn(found, steps(found), live=False)
    with frame(_("The machine at work"), text, key="panel_stored"):
        picture = partial(machine, head, arrays, key="machine_stored", on={})
        Shown(picture, caption(found)).draw()
