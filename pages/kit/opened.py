"""Which panels of a page are open: those that it begins with, and those that somebody opened."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.language import _
from pages.kit import address
from pages.kit.memory import Memory
from pages.kit.params import Param, Values
from pages.kit.possible import Possible, some_among

if TYPE_CHECKING:
    from pages.kit.panel import Panel

#: All of them, in the address.
ALL = "all"
#: Whether everything is open, on every page that the session comes to.
EVERYTHING = Memory[bool]("open_everything", False)


def open_on(page: str, word: str) -> None:
    """Open a panel of a page that the session goes to, beside what it has opened there before."""
    key = f"opened_{page}"
    opened = st.session_state.get(key, (word,))  # on a page that is new the address opens it
    if word not in opened:
        st.session_state[key] = (*opened, word)


class Opened(Param[tuple[str, ...]]):
    """The panels that somebody opened on a page, by their words; ``panel=`` in the address.

    Parameters
    ----------
    page : its name
    panels : of the page, in their order
    """

    def __init__(self, page: str, panels: Sequence[Panel]) -> None:
        super().__init__(
            "panel", default=self._begin, title=lambda: _("Open panels"), key=f"opened_{page}"
        )
        self.panels: Mapping[str, Panel] = {panel.word: panel for panel in panels}
        #: What a link names, before the page writes into its address.
        self.named = next(iter(address.asked(self.name)), "")

    def possible(self, at: Values) -> Possible:
        return some_among([*self.panels, ALL])

    def decode(self, raw: list[str]) -> tuple[str, ...]:
        words = raw[-1].split(",")
        if ALL in words:
            EVERYTHING.set(True)
        return tuple(word for word in self.panels if word in words)

    def encode(self, value: tuple[str, ...]) -> list[str]:
        return [",".join(value)] if value else []

    def remember(self, at: Values) -> None:
        if EVERYTHING.get():
            address.put(self.name, [ALL])
        else:
            address.put(self.name, self.encode(at[self]))

    def read_again(self) -> None:
        super().read_again()
        EVERYTHING.set(False)

    def draw(self, at: Values, **layout: Any) -> None:
        raise NotImplementedError  # each panel has its own button

    def is_open(self, panel: Panel, at: Values) -> bool:
        return panel.depth == "first" or panel.word in at[self] or EVERYTHING.get()

    def all_open(self, at: Values) -> bool:
        return all(self.is_open(panel, at) for panel in self.panels.values())

    def toggle(self, word: str, now: tuple[str, ...]) -> None:
        """Open or close a panel; for callbacks. `now` is what is open."""
        if EVERYTHING.get():  # closing one of them closes no other
            now = tuple(self.panels)
            EVERYTHING.set(False)
        left = set(now) ^ {word}
        self.set(tuple(other for other in self.panels if other in left))

    def toggle_all(self, everything: bool) -> None:
        """Open all panels of all pages, or only those that a page begins with."""
        EVERYTHING.set(everything)
        self.set(())

    def _begin(self, _at: Values) -> tuple[str, ...]:
        """Panels that the address sets something of: links of old do not name panels."""
        first = _reads(panel for panel in self.panels.values() if panel.depth == "first")
        asked = set(address.names()) - {param.name for param in first} - {self.name}
        return tuple(
            word
            for word, panel in self.panels.items()
            if panel.depth == "deeper" and asked & {param.name for param in panel.reads}
        )


def _reads(panels: Iterable[Panel]) -> set[Param]:
    return {param for panel in panels for param in panel.reads}
