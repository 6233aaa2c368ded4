"""A parameter whose default is the lesson's: it goes with page, prompt and model until chosen."""

from __future__ import annotations

from typing import TypeVar

import streamlit as st

from pages.kit.params import Param, Values

T = TypeVar("T")


class Follows(Param[T]):
    """Beside a kind of parameter: a value that nobody chose is renewed where another one teaches.

    A person's own choice, and a link's, stay.
    """

    @property
    def _given(self) -> str:
        """Where the session has the value that was given and not chosen."""
        return f"{self.key} as given"

    def resolve(self, at: Values) -> T:
        memory = st.session_state
        before = memory.get(self.key)
        if self._given in memory and memory[self._given] == before != self.default(at):
            memory.pop(self.key, None)
        fresh = self.key not in memory
        value = super().resolve(at)
        asked = self._asked() == self.encode(value)
        if (fresh or value != before) and not asked:
            memory[self._given] = value
        elif value != memory.get(self._given):
            memory.pop(self._given, None)
        return value

    def is_chosen(self, at: Values) -> bool:
        """Whether a person or a link chose the value."""
        at[self]
        return self._given not in st.session_state

    def set(self, value: T) -> None:
        super().set(value)
        st.session_state.pop(self._given, None)
