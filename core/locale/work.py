"""Work on a catalogue: what the code says, what a language lacks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from core.language import LOCALE, locale_of, name_of
from core.language.catalogue import file_of, wrong_placeholders

ROOT = LOCALE.parent.parent
PROSE = ROOT / "pages" / "prose"
PROJECT = "GPT-2 Under the Hood"
#: The folders whose Python holds messages.
SOURCES = ("core", "pages")


def template() -> Catalog:
    """Every message of the code, with the files that say it."""
    found = Catalog(project=PROJECT, charset="utf-8")
    for folder in SOURCES:
        said = extract_from_dir(
            ROOT / folder, [("**.py", "python")], comment_tags=["Translators:"],
            strip_comment_tags=True,
        )  # fmt: skip
        for name, _line, message, comments, context in said:
            path = f"{folder}/{name}"
            found.add(message, None, [(path, 0)], auto_comments=comments, context=context)
    return found


def path_of(code: str) -> Path:
    """Where the messages of a language lie."""
    return LOCALE / file_of(code)


def read(code: str) -> Catalog:
    """A language's messages as they are on disk; none if it has no file."""
    if not path_of(code).exists():
        return Catalog(
            locale=_known(code), project=PROJECT, charset="utf-8", fuzzy=False,
            header_comment=f"# {PROJECT}: {name_of(code)}", last_translator="", language_team="",
        )  # fmt: skip
    with path_of(code).open("rb") as file:
        return read_po(file, locale=_known(code), abort_invalid=True)


def _known(code: str) -> str | None:
    return code if locale_of(code) else None


def update(code: str) -> Catalog:
    """Bring a language's messages to what the code says, and write them.

    A message that has changed a little keeps its old translation, marked as fuzzy.
    """
    found, said = read(code), template()
    said.creation_date = found.creation_date  # no change of a file that only says the time
    found.update(said, update_header_comment=False)
    path_of(code).parent.mkdir(parents=True, exist_ok=True)
    with path_of(code).open("wb") as file:
        write_po(
            file, found, width=100, sort_by_file=True, ignore_obsolete=True, include_lineno=False,
            omit_header=False,
        )  # fmt: skip
    return found


def sections(code: str) -> Iterator[tuple[str, str]]:
    """The files of a language's prose and lessons, and their sections."""
    for path in sorted((PROSE / code).rglob("*.md")):
        yield from _sections(path, str(path.relative_to(PROSE / code)))
    for path in sorted((PROSE.parent / "lessons").glob(f"*/{code}.md")):
        yield from _sections(path, f"lessons/{path.parent.name}")


def _sections(path: Path, name: str) -> Iterator[tuple[str, str]]:
    """The headings of a file; one of the third rank belongs to the one of the second before it."""
    within = ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith("## "):
            within = line[3:].strip()
            yield name, within
        elif line.startswith("### "):
            yield name, f"{within}, {line[4:].strip()}"


def faults(code: str) -> list[str]:
    """What is missing in a language, doubtful, wrong or not used any more, a line each."""
    wanted, found = template(), read(code)
    lines = []
    for message in wanted:
        if not message.id:
            continue
        here = found.get(message.id, message.context)
        where = message.locations[0][0]
        if here is None or not all([here.string] if isinstance(here.string, str) else here.string):
            lines.append(f"missing: {where}: {message.id!r}")
        elif here.fuzzy:
            lines.append(f"fuzzy: {where}: {message.id!r}")
        elif any(wrong_placeholders(here)):
            lines.append(f"placeholders: {where}: {message.id!r}")
    lines += [f"unused: {one.id!r}" for one in found if one.id and wanted.get(one.id) is None]
    theirs, ours = set(sections(code)), set(sections("en"))
    lines += [f"missing: {file} ## {name}" for file, name in sorted(ours - theirs)]
    return lines + [f"unused: {file} ## {name}" for file, name in sorted(theirs - ours)]
