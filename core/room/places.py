"""An address within the app, as a room sends it to its learners."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

#: A page's name (none is the first page), and what is asked of it.
_PLACE = re.compile(r"([a-z][a-z0-9_-]{0,40})?(\?[^\s#\\<>\"]*)?")
#: What belongs to the one who sends it.
_OWN = frozenset({"room", "lead", "present", "lang"})


def is_place(text: str) -> bool:
    """Whether it names a page of this app, and nothing outside it."""
    return _PLACE.fullmatch(text) is not None


def parts(place: str) -> tuple[str, dict[str, list[str]]]:
    """The page of a place and its query, without what would make somebody another person."""
    page, _mark, query = place.partition("?")
    found: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in _OWN:
            found.setdefault(name, []).append(value)
    return page, found
