"""The Italian README beside the English one: same headings, commands, figures and pictures."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pages.course.reading import OURS, read_folder
from tests.locale.italian import CODE, Term, prose_of, terms

ROOT = Path(__file__).parents[1]
ENGLISH = (ROOT / "README.md").read_text(encoding="utf-8")
ITALIAN = (ROOT / f"README.{CODE}.md").read_text(encoding="utf-8")

_FENCED = re.compile(r"^( *)```.*?^\1```$", re.M | re.S)
_DRAWN = re.compile(r"(?:^ {4}.*\n)+", re.M)
_CODE = re.compile(r"`[^`\n]+`")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_PICTURE = re.compile(r"!\[[^]]*\]\(([^)]+)\)")
_LINK = re.compile(r"(?<!!)\[[^]]*\]\(([^)]+)\)")


def prose(text: str) -> str:
    return _DRAWN.sub("", _FENCED.sub("", text))


def levels(text: str) -> list[int]:
    return [len(marks) for marks in re.findall(r"^(#+) ", prose(text), re.M)]


def tables(text: str) -> list[str]:
    return re.findall(r"(?:^\|.*\n)+", prose(text), re.M)


def names(drawn: str) -> list[str]:
    """Folders and files in a block that is drawn with words beside them."""
    return re.findall(r"[\w/]+(?:/|\.\w+)", drawn)


def number(said: str, thousands: str, decimal: str) -> float:
    """What a number says, as its language writes it; one written otherwise is a mistake."""
    grouped = rf"\d{{1,3}}(?:\{thousands}\d{{3}})*|\d+"
    assert re.fullmatch(rf"(?:{grouped})(?:\{decimal}\d+)?", said), said
    return float(said.replace(thousands, "").replace(decimal, "."))


def numbers(text: str, thousands: str, decimal: str) -> list[float]:
    """Those of a text in their order, without what stands in code or leads to a picture."""
    said = _CODE.sub(" ", _PICTURE.sub(" ", text))
    return [number(one, thousands, decimal) for one in _NUMBER.findall(said)]


def in_italian(picture: str) -> str:
    """The picture that the Italian README shows for an English one."""
    path = Path(picture)
    theirs = path.with_stem(f"{path.stem}-{CODE}")
    return (theirs if (ROOT / theirs).exists() else path).as_posix()


def test_same_headings() -> None:
    assert len(levels(ENGLISH)) > 10
    assert levels(ITALIAN) == levels(ENGLISH)


def test_each_leads_to_the_other_before_its_first_sentence() -> None:
    assert f"](README.{CODE}.md)" in "\n".join(ENGLISH.splitlines()[:4])
    assert "](README.md)" in "\n".join(ITALIAN.splitlines()[:4])


def test_same_commands_and_programs() -> None:
    blocks = [match.group() for match in _FENCED.finditer(ENGLISH)]
    assert len(blocks) > 5
    assert [match.group() for match in _FENCED.finditer(ITALIAN)] == blocks


def test_what_is_drawn_has_the_same_files() -> None:
    english, italian = (_DRAWN.findall(_FENCED.sub("", text)) for text in (ENGLISH, ITALIAN))
    assert len(names("".join(english))) > 30
    assert [names(drawn) for drawn in italian] == [names(drawn) for drawn in english]


def test_same_tables() -> None:
    def shape(text: str) -> list[list[int]]:
        return [[row.count("|") for row in table.splitlines()] for table in tables(text)]

    assert len(shape(ENGLISH)) > 5
    assert shape(ITALIAN) == shape(ENGLISH)


@pytest.mark.parametrize("at", range(len(tables(ENGLISH))))
def test_same_numbers_and_names_in_a_table(at: int) -> None:
    english, italian = tables(ENGLISH)[at], tables(ITALIAN)[at]
    assert numbers(italian, ".", ",") == numbers(english, ",", ".")
    assert _CODE.findall(italian) == _CODE.findall(english)


def test_same_pictures_in_italian_where_there_is_one() -> None:
    shown = _PICTURE.findall(ITALIAN)
    assert shown == [in_italian(picture) for picture in _PICTURE.findall(ENGLISH)]
    assert not [picture for picture in shown if not (ROOT / picture).exists()]


def test_same_links() -> None:
    english, italian = (
        [link for link in _LINK.findall(prose(text)) if not link.startswith("README")]
        for text in (ENGLISH, ITALIAN)
    )
    assert italian == english


def test_every_setting_and_command_of_the_one_is_in_the_other() -> None:
    english, italian = (set(_CODE.findall(prose(text))) for text in (ENGLISH, ITALIAN))
    assert not english - italian


def test_lessons_are_called_as_the_app_calls_them() -> None:
    table = next(table for table in tables(ITALIAN) if "Storyteller |\n" in table)
    rows = [[cell.strip() for cell in row.split("|")] for row in table.splitlines()[2:]]
    words = [read.words for read in read_folder(OURS, CODE)[0]]
    assert [row[1:3] for row in rows] == [[said.title, said.overturns] for said in words]


@pytest.mark.parametrize("term", [one for one in terms() if one.forbidden], ids=lambda one: one[0])
def test_a_term_is_called_as_everywhere(term: Term) -> None:
    wrong = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, term.forbidden))})(?![\w-])", re.I)
    # Files and folders have English names.
    ours = re.sub(r"(?:\w+/)+\w*|\w+\.\w+", " ", _FENCED.sub("", ITALIAN))
    assert not wrong.findall(prose_of(ours)), term.translation
