"""The language of the person who reads, per session.

English is the source. Other languages are gettext catalogues under
``core/locale/<language>/LC_MESSAGES/messages.po`` (Babel compiles them) and
prose under ``pages/prose/<language>/``; a new language needs no change of code.
"""

from __future__ import annotations

import gettext
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

SOURCE_LANGUAGE = "en"
LOCALE = Path(__file__).parent / "locale"

#: A context variable, not a global: thirty sessions may read in different languages.
current_language: ContextVar[str] = ContextVar("current_language", default=SOURCE_LANGUAGE)


@lru_cache(maxsize=16)
def _translations(language: str) -> gettext.NullTranslations:
    return gettext.translation("messages", LOCALE, languages=[language], fallback=True)


def available_languages() -> list[str]:
    """Language codes that can be chosen, the source language first."""
    if not LOCALE.is_dir():
        return [SOURCE_LANGUAGE]
    found = sorted(p.parent.parent.name for p in LOCALE.glob("*/LC_MESSAGES/messages.mo"))
    return [SOURCE_LANGUAGE, *(code for code in found if code != SOURCE_LANGUAGE)]


def set_language(code: str) -> None:
    """Choose the language of this session's thread; an unknown code means English."""
    current_language.set(code if code in available_languages() else SOURCE_LANGUAGE)


def _(message: str) -> str:
    """The message in the session's language."""
    return _translations(current_language.get()).gettext(message)


def ngettext(one: str, many: str, n: int) -> str:
    """The message in the session's language, with its plural form for `n`."""
    return _translations(current_language.get()).ngettext(one, many, n)


def on_one_line(typed: str) -> str:
    """What a person typed, as it may stand in a sentence: one line, at most 80 characters."""
    line = "".join(c if c.isprintable() else "·" for c in typed)
    return line if len(line) <= 80 else line[:79] + "…"
