"""What the tests of the Italian texts share."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from core.language import LOCALE
from core.locale.work import PROSE, read

CODE = "it"
TERMS = LOCALE / CODE / "terms.tsv"
#: Code, where links lead to, and what stands in brackets: the English word at a first use.
_NOT_OURS = re.compile(r"`[^`]*`|\]\([^)]*\)|\([^()]*\)|\{[^}]*\}|:material/\w+:|<\|\w+\|>")


class Term(NamedTuple):
    """A term of the field, its one translation, and what it must not be called."""

    name: str
    translation: str
    forbidden: tuple[str, ...]


def terms() -> list[Term]:
    with TERMS.open(encoding="utf-8", newline="") as file:
        return [
            Term(row["term"], row["translation"], tuple(filter(None, row["forbidden"].split(", "))))
            for row in csv.DictReader(file, delimiter="\t")
        ]


def texts() -> Iterator[tuple[str, str]]:
    """Every Italian text with the place where it stands."""
    for message in read(CODE):
        if message.id:
            forms = (message.string,) if isinstance(message.string, str) else message.string
            yield from ((str(message.id)[:60], form) for form in forms)
    files: list[Path] = [*(PROSE / CODE).glob("*.md"), *(PROSE.parent / "lessons").rglob("it.md")]
    for path in files:
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not line.startswith("#"):  # a section's name, the same in all languages
                yield f"{path.parent.name}/{path.name}:{number}", re.sub(r"^- \w+: ", "", line)


def prose_of(text: str) -> str:
    """What of a text is ours to word."""
    before = ""
    while before != text:
        before, text = text, _NOT_OURS.sub(" ", text)
    return text
