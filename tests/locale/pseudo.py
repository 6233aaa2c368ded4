"""A language that nobody speaks: every text a third longer, with accents, between brackets.

What of a page stands outside the brackets cannot be translated; what is cut needs more room.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from core.language.catalogue import file_of
from core.locale.work import PROSE, template

CODE = "xa"
LEFT, RIGHT = "❲", "❳"
_ACCENTS = str.maketrans("aeiouAEIOUcnsy", "àéîõüÀÉÎÕÜçñšý")
#: What is no word: placeholders, code, formulas, where a link leads to, icons.
_KEPT = re.compile(r"(\{[^{}]*\}|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|:material/\w+:|\*\*|\[|\n)")


def pseudo(text: str) -> str:
    """A text in it."""
    parts = _KEPT.split(text)
    told = "".join(part if n % 2 else part.translate(_ACCENTS) for n, part in enumerate(parts))
    longer = "~" * max(1, len(text) // 3 - 2)
    return f"{LEFT}{told} {longer}{RIGHT}" if text.strip() else text


def write_messages(folder: Path) -> None:
    """Every message of the code, into a folder of languages."""
    catalogue = Catalog(locale="en")
    for message in template():
        if isinstance(message.id, tuple):
            catalogue.add(message.id, tuple(map(pseudo, message.id)))
        elif message.id:
            catalogue.add(message.id, pseudo(message.id))
    path = folder / file_of(CODE)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


def write_prose(folder: Path) -> None:
    """All of the prose, into a folder of prose; sections and terms keep their names."""
    for source in (PROSE / "en").rglob("*.md"):
        target = folder / CODE / source.relative_to(PROSE / "en")
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = source.read_text(encoding="utf-8").splitlines()
        kept = ("#", "|", "**", "[") if source.stem == "glossary" else ("#", "|")
        told = [line if line.startswith(kept) else _line(line) for line in lines]
        target.write_text("\n".join(told) + "\n", encoding="utf-8")
    (folder / "en").symlink_to(PROSE / "en")


def _line(line: str) -> str:
    """A line of prose, without what makes a list of it."""
    start = re.match(r"\s*(?:[-*] |\d+\. )?", line)
    assert start
    return line[: start.end()] + pseudo(line[start.end() :])


def outside(text: str) -> str:
    """What of a text stands outside the brackets."""
    before = ""
    while before != text:
        before, text = text, re.sub(rf"{LEFT}[^{LEFT}{RIGHT}]*{RIGHT}", " ", text)
    return text
