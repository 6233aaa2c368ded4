"""The teaching text: Markdown files under ``pages/prose/<language>/``, one per page.

A file is cut at its ``## name`` headings; pages ask for a section by name. Where a text uses a term
of the glossary for the first time, it says so: ``[raw scores](glossary.md#logit)``. The writer
decides, not a search for words: "key" is also a key of the keyboard, and Italian bends its words.
Such a mark is a link that works wherever Markdown is read; in the app it explains itself
(`pages.components.term_notes`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from core.language import SOURCE_LANGUAGE, current_language

PROSE = Path(__file__).parent.parent / "prose"

#: A marked term as it is written, and where it leads to in the app, from any page.
_WRITTEN, _LED_TO = "](glossary.md#", "](glossary?term="
_MARK = re.compile(r"\[([^\[\]]+)\]\(glossary(?:\.md#|\?term=)([\w-]+)\)")


@lru_cache(maxsize=64)
def sections(language: str, page: str) -> dict[str, str]:
    """All sections of a page's text, by name; in English those that the language does not have."""
    english = {} if language == SOURCE_LANGUAGE else sections(SOURCE_LANGUAGE, page)
    path = PROSE / language / f"{page}.md"
    return english | read(path) if path.exists() or not english else english


def read(path: Path) -> dict[str, str]:
    """The sections of one file, by name."""
    found: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
            found[name] = ""
        elif name:
            found[name] += in_app(line) + "\n"
    return {key: text.strip() for key, text in found.items()}


def in_app(text: str) -> str:
    """A text whose marked terms lead to the app's glossary, as written they lead to a file."""
    return text.replace(_WRITTEN, _LED_TO)


def prose(page: str, section: str) -> str:
    """One section of a page's text in the session's language.

    Raises
    ------
    KeyError
        If the page's file has no such section.
    """
    return sections(current_language.get(), page)[section]


def term(key: str, words: str) -> str:
    """Words of a caption that are marked as a term: what they name is explained there."""
    return f"[{words}{_LED_TO}{key})"


def marks(text: str) -> list[tuple[str, str]]:
    """The terms that a text marks: the words that stand there, and the glossary's section."""
    return _MARK.findall(text)


def unmarked(text: str) -> str:
    """A text without its marks, for a place where nothing explains them, such as a notebook."""
    return _MARK.sub(r"\1", text)
