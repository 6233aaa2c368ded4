"""A catalogue of messages, read so that no mistake of a translator can break a page.

A message whose placeholders are not those of its English sentence is left out, and so is one
that is marked as doubtful (fuzzy): English stands there.
"""

from __future__ import annotations

import gettext
import io
import logging
from functools import lru_cache
from pathlib import Path
from string import Formatter

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

#: The name, its format and whether it is the thing itself: of each placeholder of a message.
Fields = set[tuple[str, str | None, str | None]]


def file_of(code: str) -> Path:
    """Where a language's messages lie in the folder of all languages."""
    return Path(code) / "LC_MESSAGES" / "messages.po"


@lru_cache(maxsize=32)
def catalogue(folder: Path, code: str) -> gettext.NullTranslations:
    """The messages of a language; English ones if its file cannot be read."""
    path = folder / file_of(code)
    if not path.exists():
        return gettext.NullTranslations()
    try:
        with path.open("rb") as file:
            found = read_po(file, locale=None, abort_invalid=True)
        for message in list(found):
            if message.id and any(wrong_placeholders(message)):
                _log().warning("%s: placeholders differ in %r", code, message.id)
                found.delete(message.id, message.context)
        return _compiled(found)
    except Exception:  # whatever a broken file makes its reader meet: English is better than none
        _log().exception("the catalogue of %s cannot be read", code)
        return gettext.NullTranslations()


def _compiled(found: Catalog) -> gettext.GNUTranslations:
    file = io.BytesIO()
    write_mo(file, found)
    file.seek(0)
    return gettext.GNUTranslations(file)


def wrong_placeholders(message: Message) -> list[str]:
    """The translations of a message whose placeholders are not those of its source.

    The form for one thing may leave out how many there are.
    """
    sources, texts = _forms(message.id), _forms(message.string)
    wanted = [fields(source) for source in sources]
    if any(source is None for source in wanted):
        return []  # not a pattern: nothing is filled in
    allowed: Fields = set().union(*(source or set() for source in wanted))
    wrong = []
    for text in filter(None, texts):
        found = fields(text)
        if found is None or found - allowed or (len(texts) == 1 and found != allowed):
            wrong.append(text)
    return wrong


def _forms(text: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    return (text,) if isinstance(text, str) else tuple(text)


def fields(text: str) -> Fields | None:
    """The placeholders of a pattern; None if it is none."""
    try:
        return {(name, spec, how) for _text, name, spec, how in Formatter().parse(text)
                if name is not None}  # fmt: skip
    except ValueError:
        return None


def _log() -> logging.Logger:
    return logging.getLogger("gpt2_hood")
