"""What a click in the machine does: follow, open, write, or go to a page at exactly that state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from core.views.machine import Machine
from pages.components.machine import Deed
from pages.kit import address
from pages.kit.chosen import TOKEN
from pages.kit.memory import Memory
from pages.kit.params import Param
from pages.panels.attention import params as attention
from pages.panels.layers import params as layers
from pages.panels.overview.params import BLOCK
from pages.shell import writing

#: Pages that the picture leads to, by the places that the component names.
PLACES = ("tokenizer", "embeddings", "attention", "layers", "sampling")
_LEAVING = Memory[tuple[str, dict[str, Any]]]("machine_leaving", ("", {}))


def deeds(made: Machine) -> dict[Deed, Callable[..., None]]:
    """What is done when the component says so."""

    def write(place: int) -> None:
        if made.is_last and 0 <= place < len(made.best):
            writing.write(made.best[place].token_id)

    def go(place: int, layer: int, head: int) -> None:
        if not 0 <= place < len(PLACES):
            return
        page = PLACES[place]
        chosen = _chosen(page, made.at, layer, head)
        for param, value in chosen.items():
            param.set(value)
        _LEAVING.set((page, _named(chosen)))

    return {"follow": TOKEN.set, "open": BLOCK.set, "write": write, "go": go}


def ways(made: Machine) -> list[str]:
    """Where each of `PLACES` is, with the chosen token, and room for a layer and a head."""
    found = (_chosen(page, made.at, "{layer}", "{head}") for page in PLACES)
    return [address.way_to(p, **_named(c)) for p, c in zip(PLACES, found, strict=True)]


def _chosen(page: str, position: int, layer: Any, head: Any) -> dict[Param[Any], Any]:
    """What is to be chosen on a page for what was chosen here."""
    if page == "embeddings":
        return {TOKEN: position}
    if page == "attention":
        return {attention.LAYER: layer, attention.HEAD: head, TOKEN: position}
    return {TOKEN: position, layers.LAYER: layer} if page == "layers" else {}


def _named(chosen: dict[Param[Any], Any]) -> dict[str, Any]:
    return {param.name: value for param, value in chosen.items()}


def leave() -> None:
    """Go where the last click leads; a callback cannot change the page itself."""
    page, chosen = _LEAVING.get()
    if page:
        _LEAVING.set(("", {}))
        address.go(page, **chosen)
