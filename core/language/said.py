"""Sentences that a thread makes for several sessions, which may read in different languages.

A model is loaded once for all who wait for it, and a request to the engine that several sessions
make is computed once. What goes wrong there is said again to each in its own language.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec

P = ParamSpec("P")

#: Whether what this thread says is read by several sessions.
for_many: ContextVar[bool] = ContextVar("for_many", default=False)


class Said(str):
    """A sentence in the language of the thread that made it, and how to say it again."""

    again: Callable[[], str]

    def format(self, *args: Any, **values: Any) -> str:
        def told() -> str:
            now = {name: retold(value) for name, value in values.items()}
            return str.format(self.again(), *map(retold, args), **now)

        return said(told)

    def __reduce__(self) -> tuple[type[str], tuple[str]]:
        return str, (str.__str__(self),)


def said(again: Callable[[], str]) -> Said:
    """What `again` says now."""
    made = Said(again())
    made.again = again
    return made


def retold(text: Any) -> Any:
    """A sentence in the language of whoever asks; anything else as it is."""
    return text.again() if isinstance(text, Said) else text


def tells_again(make: Callable[P, str]) -> Callable[P, str]:
    """A function whose text can be said again, where it is made for several sessions."""

    @wraps(make)
    def told(*args: P.args, **kwargs: P.kwargs) -> str:
        if for_many.get():
            return said(lambda: make(*args, **kwargs))
        return make(*args, **kwargs)

    return told
