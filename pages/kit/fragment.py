"""A part of a page that runs again on its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

import streamlit as st

from core.errors import LearnerError
from core.language import set_language
from core.turns import TURNS
from pages.kit import address
from pages.kit.error import show_error
from pages.kit.language import of_session


def fragment(function: Callable[..., Any] | None = None, **options: Any) -> Callable[..., Any]:
    """`st.fragment` that keeps the session's language.

    A fragment re-runs without the entry script, in a thread whose context
    variables are fresh, so the language is set again.
    """

    def decorate(inner: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(inner)
        def in_language(*args: Any, **kwargs: Any) -> Any:
            # One that runs within the entry script has its turn already.
            with TURNS.taken(short=True):
                set_language(of_session())
                try:
                    made = inner(*args, **kwargs)
                except LearnerError as error:  # a fragment runs without the entry script's care
                    made = show_error(error)
                address.write_alone()
                return made

        return st.fragment(in_language, **options)

    return decorate if function is None else decorate(function)
