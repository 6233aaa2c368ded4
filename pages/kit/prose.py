"""The teaching text: Markdown files under ``pages/prose/<language>/``, one per page.

A file is cut at its ``## name`` headings; pages ask for a section by name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from core.language import SOURCE_LANGUAGE, current_language

PROSE = Path(__file__).parent.parent / "prose"


@lru_cache(maxsize=64)
def _sections(language: str, page: str) -> dict[str, str]:
    path = PROSE / language / f"{page}.md"
    if not path.exists():
        path = PROSE / SOURCE_LANGUAGE / f"{page}.md"
    sections: dict[str, str] = {}
    name = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line[3:].strip()
            sections[name] = ""
        elif name:
            sections[name] += line + "\n"
    return {key: text.strip() for key, text in sections.items()}


def prose(page: str, section: str) -> str:
    """One section of a page's text in the session's language.

    Raises
    ------
    KeyError
        If the page's file has no such section.
    """
    return _sections(current_language.get(), page)[section]
