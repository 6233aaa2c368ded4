"""Two languages that nobody speaks, in which every text is a third longer.

One has accents and stands between brackets: what of a page stands outside them cannot be
translated. The other has words of Hebrew letters, which are read from the right: what it cuts
needs more room, what it overturns takes every language for one that is read from the left.
"""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from core.language.catalogue import file_of
from core.locale.work import PROSE, template

CODE, FROM_THE_RIGHT = "xa", "he"
LEFT, RIGHT = "❲", "❳"
_ACCENTS = str.maketrans("aeiouAEIOUcnsy", "àéîõüÀÉÎÕÜçñšý")
_LATIN = "abcdefghijklmnopqrstuvwxyz"
_HEBREW = str.maketrans(_LATIN + _LATIN.upper(), "אבכדעפגהיזקלמנסםרצתטןושחיץ" * 2)
#: What is no word: placeholders, code, formulas, where a link leads to, icons.
_KEPT = re.compile(r"(\{[^{}]*\}|`[^`]*`|\$[^$]*\$|\]\([^)]*\)|:material/\w+:|\*\*|\[|\n)")


def pseudo(text: str) -> str:
    """A text in it."""
    parts = _KEPT.split(text)
    told = "".join(part if n % 2 else part.translate(_ACCENTS) for n, part in enumerate(parts))
    longer = "~" * max(1, len(text) // 3 - 2)
    return f"{LEFT}{told} {longer}{RIGHT}" if text.strip() else text


def from_the_right(text: str) -> str:
    """A text in the language that is read from the right: its first third comes once more."""
    parts = _KEPT.split(text)
    told = "".join(part if n % 2 else part.translate(_HEBREW) for n, part in enumerate(parts))
    again = "".join(parts[::2]).split()
    more = " ".join(again[: max(1, len(again) // 3)]).translate(_HEBREW)
    return f"{told} {more}" if len(again) > 1 else told


TELL = {CODE: pseudo, FROM_THE_RIGHT: from_the_right}


def write_messages(folder: Path, code: str = CODE) -> None:
    """Every message of the code, into a folder of languages."""
    tell, catalogue = TELL[code], Catalog(locale="en")
    for message in template():
        if isinstance(message.id, tuple):
            catalogue.add(message.id, tuple(map(tell, message.id)))
        elif message.id:
            catalogue.add(message.id, tell(message.id))
    path = folder / file_of(code)
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)


def write_prose(folder: Path, code: str = CODE) -> None:
    """All of the prose, into a folder of prose; sections and terms keep their names."""
    for source in (PROSE / "en").rglob("*.md"):
        target = folder / code / source.relative_to(PROSE / "en")
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = source.read_text(encoding="utf-8").splitlines()
        kept = ("#", "|", "**", "[") if source.stem == "glossary" else ("#", "|")
        told = [line if line.startswith(kept) else _line(line, code) for line in lines]
        target.write_text("\n".join(told) + "\n", encoding="utf-8")
    (folder / "en").symlink_to(PROSE / "en")


def _line(line: str, code: str) -> str:
    """A line of prose, without what makes a list of it."""
    start = re.match(r"\s*(?:[-*] |\d+\. )?", line)
    assert start
    return line[: start.end()] + TELL[code](line[start.end() :])


def outside(text: str) -> str:
    """What of a text stands outside the brackets."""
    before = ""
    while before != text:
        before, text = text, re.sub(rf"{LEFT}[^{LEFT}{RIGHT}]*{RIGHT}", " ", text)
    return text
