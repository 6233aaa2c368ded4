"""Something that a panel keeps for its session and that is no parameter: no link holds it."""

from __future__ import annotations

from typing import Generic, TypeVar

import streamlit as st

T = TypeVar("T")


class Memory(Generic[T]):
    """One value of the session under a name.

    Parameters
    ----------
    name : in the session, unique in the app
    start : the value until something is set; not to be written into
    """

    def __init__(self, name: str, start: T) -> None:
        self.name, self.start = name, start

    def get(self) -> T:
        return st.session_state.get(self.name, self.start)

    def set(self, value: T) -> None:
        st.session_state[self.name] = value
