"""Any of many options, such as the heads of a model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.language import _
from pages.kit import address
from pages.kit.params import LONGEST_IN_URL, Param, Values
from pages.kit.possible import Possible

#: All of them, in the address.
ALL = "all"


class Many(Param[list[str]]):
    """Any of many options in a box that lists what is chosen.

    Always in the address, also when it is the default, which may depend on what is looked at; as a
    word if it is all of them, and not at all if it is too long.
    """

    def __init__(
        self, name: str, options: Callable[[Values], list[str]], *,
        placeholder: Callable[[], str], **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(name, always=True, **more)
        self.options, self.placeholder = options, placeholder

    def possible(self, at: Values) -> Possible:
        names = self.options(at)

        def allows(value: str) -> bool:
            return value in ("", ALL) or set(value.split(",")) <= set(names)

        def say() -> str:
            text = _("{all}, or any of {first} to {last} with commas between them")
            return text.format(all=ALL, first=names[0], last=names[-1])

        return Possible(allows, say)

    def resolve(self, at: Values) -> list[str]:
        memory, names = st.session_state, self.options(at)
        if self.key not in memory:
            asked = self._asked()
            memory[self.key] = asked[0].split(",") if asked else self.default(at)
            if asked == [ALL]:
                memory[self.key] = names
        chosen = [name for name in memory[self.key] if name in names]
        if chosen != memory[self.key]:  # the model of now does not have them all
            memory[self.key] = chosen
        return chosen

    def encode(self, value: list[str]) -> list[str]:
        text = ",".join(value)
        return [text] if len(text) <= LONGEST_IN_URL else []  # half a list is worse than none

    def remember(self, at: Values) -> None:
        if len(at[self]) == len(self.options(at)):
            address.put(self.name, [ALL])
        else:
            super().remember(at)

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        st.multiselect(
            self.title(), self.options(at), key=self.key, help=self.help(at),
            placeholder=self.placeholder(), persist_state="session", **layout,
        )  # fmt: skip
