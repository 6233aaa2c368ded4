"""The kinds of parameters that only the layers page has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.language import _, ngettext
from pages.kit.controls import Choice, Number, Options, Position
from pages.kit.memory import Memory
from pages.kit.params import Values

#: How many tokens the lens shows at a time.
WINDOW = 10


class Layer(Number[int]):
    """A layer on a slider; the last one at first."""

    def __init__(self, name: str) -> None:
        super().__init__(
            name, 0, _last_layer, step=1, slide=True, default=_last_layer, title=lambda: _("Layer")
        )

    def draw(self, at: Values, **layout: Any) -> None:
        if _last_layer(at) == 0:
            st.caption(_("This model has one layer, number 0."))
        else:
            super().draw(at, **layout)


def _last_layer(at: Values) -> int:
    return at.now.engine.shape.n_layer - 1


class Listed(Choice):
    """One of a menu whose options depend on the model's numbers: a link is held against it here.

    The options are ids, or words for what is none.
    """

    def __init__(
        self, name: str, options: Callable[[Values], Options], *, title: Callable[[], str]
    ) -> None:
        super().__init__(name, options, menu=True, key=f"layers_{name}", title=title, late=True)
        #: What is shown instead of what the link asks for, until something else is chosen.
        self._instead: Memory[Any] = Memory(f"{self.key}_unknown", None)

    def decode(self, raw: list[str]) -> Any:
        return int(raw[-1]) if raw[-1].isdecimal() else raw[-1]

    def resolve(self, at: Values) -> Any:
        value = super().resolve(at)
        # Looked at after it: a choice that another token has made impossible is no wrong link.
        if self.wrong_in_address(at):
            self._instead.set(value)
        return value

    def draw(self, at: Values, **layout: Any) -> None:
        super().draw(at, **layout)
        if self._instead.get() == at[self]:
            st.caption(_("The link asks for something that is not in this list; choose from it."))
        else:
            self._instead.set(None)


class Piece(Listed):
    """Which of its tokens is watched, where a word is several."""

    def __init__(self, name: str, options: Callable[[Values], Options]) -> None:
        super().__init__(name, options, title=lambda: _("Token"))

    def label(self, at: Values) -> str:
        n = len(self.options(at))
        return ngettext("{n} token: which?", "{n} tokens: which?", n).format(n=n)

    def remember(self, at: Values) -> None:
        if len(self.options(at)) > 1:
            super().remember(at)


class Start(Number[int]):
    """The first token of the window: the grid moves it, and so does a token that is followed."""

    _seen: Memory[tuple[int, int] | None] = Memory("layers_seen", None)

    def __init__(self, name: str, followed: Position) -> None:
        super().__init__(
            name, 0, _last_start, step=1, key=f"layers_{name}", late=True,
            default=lambda at: min(_last_start(at), max(0, at[followed] - WINDOW + 1)),
            title=lambda: _("First token of the window"),
        )  # fmt: skip
        self.followed = followed

    def resolve(self, at: Values) -> int:
        if _last_start(at) == 0:
            return 0
        position, start = at[self.followed], super().resolve(at)
        seen, now = self._seen.get(), (at.now.last, position)
        self._seen.set(now)
        if seen not in (None, now) and not start <= position < start + WINDOW:
            self.forget()
            return super().resolve(at)
        return start

    def draw(self, at: Values, **layout: Any) -> None:
        if _last_start(at) > 0 and self.wrong_in_address(at):
            told = _(
                "The link's window begins at no token of this text: it may begin at 0 to {last}."
            )
            st.caption(told.format(last=_last_start(at)))


def _last_start(at: Values) -> int:
    return max(0, len(at.now.tokens) - WINDOW)
