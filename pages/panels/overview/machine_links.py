"""What a click in the machine does: follow, open, write, or go to a page at exactly that state."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from core.views.machine import Machine
from pages.components.machine import Deed
from pages.kit.memory import Memory
from pages.panels.attention import params as attention
from pages.panels.embeddings import params as embeddings
from pages.panels.layers import params as layers
from pages.panels.overview.params import BLOCK, TOKEN
from pages.shell import writing

#: Pages that the picture leads to, by the places that the component names.
PLACES = ("tokenizer", "embeddings", "attention", "layers", "sampling")
_LEAVING = Memory[str]("machine_leaving", "")


def deeds(made: Machine) -> dict[Deed, Callable[..., None]]:
    """What is done when the component says so."""

    def write(place: int) -> None:
        if made.is_last and 0 <= place < len(made.best):
            writing.write(made.best[place].token_id)

    def go(place: int, layer: int, head: int) -> None:
        _prepare(made.at, layer, head, PLACES[place])
        _LEAVING.set(PLACES[place])

    return {"follow": TOKEN.set, "open": BLOCK.set, "write": write, "go": go}


def _prepare(position: int, layer: int, head: int, page: str) -> None:
    """Choose on another page what was chosen here."""
    if page == "embeddings":
        embeddings.TOKEN.set(position)
    elif page == "attention":
        attention.LAYER.set(layer)
        attention.HEAD.set(head)
        attention.QUERY.set(position)
    elif page == "layers":
        layers.TOKEN.set(position)
        layers.LAYER.set(layer)


def leave() -> None:
    """Go where the last click leads; a callback cannot change the page itself."""
    page = _LEAVING.get()
    if page:
        _LEAVING.set("")
        st.switch_page(f"pages/{page}.py")
