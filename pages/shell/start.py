"""The first seconds of a server: the page's question, a stored answer and the progress."""

from __future__ import annotations

import streamlit as st

from core import cache
from core.charts.overview.next import next_token_bars
from core.language import _
from core.model.stored import Stored, stored
from core.numbers import percent
from core.tokens.label import label
from pages.components.token_strip import token_strip
from pages.kit.current import MODEL, PROMPT
from pages.kit.figure import chart
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
        found = stored().get(st.session_state[PROMPT])
    if found is not None:
        _show(found)
    with progress:
        engine_or_stop()
    st.rerun()  # it came in the meantime


def _show(found: Stored) -> None:
    """The model's own answer to this prompt, as it was when it was made."""
    text = _(
        "The model's own answer to this example, stored with it."
        " The live one takes its place in a few seconds."
    )
    with frame(_("What comes next?"), text, key="panel_stored"):
        token_strip(found.tokens, key="stored_tokens")
        Shown(
            chart(
                next_token_bars([label(text) for text in found.best], found.probs),
                key="chart_stored",
                alt=_("The most probable next tokens as bars."),
            ),
            _("After this text the model gives {share} to its first choice.").format(
                share=percent(found.probs[0])
            ),
        ).draw()
