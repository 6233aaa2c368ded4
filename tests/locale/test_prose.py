"""A language's prose and lessons hold what the English ones hold: marks, placeholders, choices."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.language import available_languages
from core.locale.work import PROSE

LESSONS = PROSE.parent / "lessons"
LANGUAGES = available_languages()[1:]
#: What a translator must leave as it is: the terms that are marked, what the machine fills in, the
#: options that a link can hold, code.
KEPT = {
    "terms": re.compile(r"\]\(glossary\.md#([\w-]+)\)"),
    "placeholders": re.compile(r"\{\w+\}"),
    "options": re.compile(r"^- (\w+):", re.MULTILINE),
}


def pairs() -> list[tuple[Path, Path]]:
    """Each English file beside that of each other language that has it."""
    found = []
    for code in LANGUAGES:
        found += [(p, PROSE / code / p.name) for p in sorted((PROSE / "en").glob("*.md"))]
        found += [(p, p.with_name(f"{code}.md")) for p in sorted(LESSONS.glob("*/en.md"))]
    return [(english, other) for english, other in found if other.exists()]


def sections(path: Path) -> dict[str, str]:
    found, name = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            name = line
        elif line.startswith("### "):
            name = f"{name.split(' / ')[0]} / {line}"
        else:
            found[name] = found.get(name, "") + line + "\n"
    return found


def name_of(path: Path) -> str:
    return "/".join(path.parts[-3:])


@pytest.mark.parametrize(("english", "other"), pairs(), ids=lambda path: name_of(path))
def test_a_translated_section_holds_what_the_english_one_holds(english: Path, other: Path) -> None:
    theirs = sections(other)
    for name, text in sections(english).items():
        for what, pattern in KEPT.items():
            if name and name in theirs:
                wanted, found = (set(pattern.findall(one)) for one in (text, theirs[name]))
                assert wanted == found, f"{name}: {what}"
