"""The language of the person who reads, per session.

English is the source. Other languages are gettext catalogues under
``core/locale/<language>/LC_MESSAGES/messages.po``, read as they are, and prose under
``pages/prose/<language>/``; a new language needs no change of code (``python -m core.locale``).
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context, ContextVar, Token, copy_context
from functools import lru_cache, wraps
from pathlib import Path
from typing import ParamSpec, TypeVar

from babel import Locale, UnknownLocaleError

from core.language.catalogue import catalogue, file_of
from core.language.said import for_many, said, tells_again

P = ParamSpec("P")
T = TypeVar("T")

SOURCE_LANGUAGE = "en"
LOCALE = Path(__file__).parent.parent / "locale"


class _Current:
    """The language of this thread: what was chosen in it, else what its session says."""

    def __init__(self) -> None:
        # A context variable, not a global: thirty sessions may read in different languages.
        self._chosen: ContextVar[str | None] = ContextVar("current_language", default=None)
        self._ask: Callable[[], str | None] = lambda: None

    def get(self) -> str:
        return self._chosen.get() or self._ask() or SOURCE_LANGUAGE

    def set(self, code: str) -> Token[str | None]:
        return self._chosen.set(code)

    def reset(self, before: Token[str | None]) -> None:
        self._chosen.reset(before)

    def ask(self, session: Callable[[], str | None]) -> None:
        """Say who knows the language of a thread in which none was chosen.

        A button's callback runs before the page does, in a thread of its own.
        """
        self._ask = session

    def bound(self, make: Callable[P, T], code: str) -> Callable[P, T]:
        @wraps(make)
        def in_language(*args: P.args, **kwargs: P.kwargs) -> T:
            before = self.set(code)
            try:
                return make(*args, **kwargs)
            finally:
                self.reset(before)

        return in_language


current_language = _Current()


def bound(make: Callable[P, T]) -> Callable[P, T]:
    """A function that speaks the language of now, in whatever thread it is called later.

    Streamlit makes a file to take away in a thread that belongs to no session.
    """
    return current_language.bound(make, current_language.get())


def context_of_now(*, many: bool = False) -> Context:
    """A context for another thread, which speaks the language of this one.

    Parameters
    ----------
    many : whether sessions in other languages may read what that thread says
    """
    context = copy_context()
    context.run(current_language.set, current_language.get())
    context.run(for_many.set, many)
    return context


def available_languages() -> list[str]:
    """Language codes that can be chosen, the source language first."""
    return list(_available(LOCALE))


@lru_cache(maxsize=8)
def _available(folder: Path) -> tuple[str, ...]:
    found = sorted(path.parent.parent.name for path in folder.glob(str(file_of("*"))))
    return SOURCE_LANGUAGE, *(code for code in found if code != SOURCE_LANGUAGE)


def match(asked: str | None) -> str | None:
    """The language that comes closest to a tag such as ``it-CH``; None if there is none."""
    known = {code.lower().replace("_", "-"): code for code in available_languages()}
    parts = (asked or "").lower().replace("_", "-").split("-")
    tags = ("-".join(parts[:n]) for n in range(len(parts), 0, -1))
    return next((known[tag] for tag in tags if tag in known), None)


def set_language(code: str | None) -> None:
    """Choose the language of this session's thread; an unknown code means English."""
    current_language.set(match(code) or SOURCE_LANGUAGE)


def name_of(code: str) -> str:
    """What a language calls itself: ``"Italiano"``."""
    locale = locale_of(code)
    name = locale.get_display_name(locale) if locale else None
    return (name or code).capitalize()


@lru_cache(maxsize=32)
def locale_of(code: str) -> Locale | None:
    """What Babel knows of a language; None if it knows none of that name."""
    try:
        return Locale.parse(code)
    except (UnknownLocaleError, ValueError):
        return None


def direction_of(code: str) -> str:
    """Whether a language is read from the left, ``"ltr"``, or from the right, ``"rtl"``."""
    locale = locale_of(code)
    return locale.text_direction if locale else "ltr"


def _(message: str) -> str:
    """The message in the session's language."""
    if for_many.get():
        return said(lambda: _in(current_language.get(), message))
    return _in(current_language.get(), message)


# A page asks for hundreds at every run.
@lru_cache(maxsize=1 << 14)
def _in(code: str, message: str) -> str:
    return message if code == SOURCE_LANGUAGE else catalogue(LOCALE, code).gettext(message)


def forget() -> None:
    """Read the catalogues anew; for tests and for whoever works on one."""
    for kept in (_in, _available, catalogue):
        kept.cache_clear()


@tells_again
def ngettext(one: str, many: str, n: int) -> str:
    """The message in the session's language, with its plural form for `n`."""
    code = current_language.get()
    if code == SOURCE_LANGUAGE:
        return one if n == 1 else many
    return catalogue(LOCALE, code).ngettext(one, many, n)


def on_one_line(typed: str) -> str:
    """What a person typed, as it may stand in a sentence: one line, at most 80 characters."""
    line = "".join(c if c.isprintable() else "·" for c in typed)
    return line if len(line) <= 80 else line[:79] + "…"
