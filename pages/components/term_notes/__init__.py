"""What a marked term means, said where it is pointed at, tapped or reached by the keyboard.

The marks are links in the page's own Markdown (`pages.kit.prose`). So the words are there at once
and nothing moves when this part comes; without it a mark leads to the glossary. One for the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

from pages.components.shared.declare import component
from pages.components.shared.pick import unwatched
from pages.components.shared.wire import pack


class Said(TypedDict):
    """A term as a note says it; `where` is the line that leads to its panel."""

    name: str
    meaning: str
    page: str
    panel: str
    where: str


_component = component(Path(__file__).parent, isolate_styles=False)


def packed(terms: Mapping[str, Said], kept: Sequence[str], direction: str) -> bytes:
    """All terms as they go to the browser; worth keeping, as every run of every page sends them.

    Parameters
    ----------
    kept : names that the address of every page holds
    direction : "ltr" or "rtl", in which the session's language is read
    """
    return pack({"terms": dict(terms), "kept": list(kept), "direction": direction})


def term_notes(terms: bytes, *, key: str) -> str | None:
    """Explain the marks of the page; returns ``page/panel`` if a note's link was clicked.

    Parameters
    ----------
    terms : as `packed` makes them
    key : unique on the page
    """
    asked = _component(key=key, data=terms, on_go_change=unwatched).go
    return None if asked is None else str(asked)
