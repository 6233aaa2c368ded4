"""The README's table of the course: its numbers, computed again."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from core.engine import Engine
from core.questions import ask
from pages.course.key_numbers import key_sentences
from pages.course.reading import OURS, Read, read_folder
from tests.golden.digest import same_text

README = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
LESSONS = {read.words.title: read for read in read_folder(OURS, "en")[0]}
#: The reveals whose numbers the table gives.
SHOWN = {
    "what-comes-back": ["read"], "are-tokens-words": ["pays"], "who-taught-meaning": ["used"],
    "does-order-matter": ["after"], "who-looks-where": ["shown", "mask"],
    "is-attention-importance": ["useless", "needed"], "when-does-it-decide": ["path", "missed"],
    "is-it-chance": ["flat"], "does-it-plan": ["memory"],
    "where-is-the-difference": ["way", "carried"],
}  # fmt: skip
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")


def rows() -> list[list[str]]:
    table = README.split("| lesson | overturns |")[1].split("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table]


def test_the_table_has_the_lessons_in_their_order():
    said = [(title, overturns) for title, overturns, _numbers in rows()]
    assert said == [(title, read.words.overturns) for title, read in LESSONS.items()]


@pytest.mark.parametrize("row", rows(), ids=lambda row: row[0])
def test_its_numbers_are_what_the_model_says(row: list[str], storyteller: Engine):
    computed = said_of(storyteller, LESSONS[row[0]])
    bold = re.findall(r"\*\*(.+?)\*\*", row[2])
    assert bold
    # 470.995 bits are 471.00 on one processor and 470.99 on another.
    said = re.findall(r"\*\*(.+?)\*\*", computed)
    assert len(said) == len(bold)
    assert all(map(same_text, said, bold)), (said, bold)
    numbers = _NUMBER.findall(computed)
    for number in _NUMBER.findall(row[2]):
        assert any(same_text(number, other) for other in numbers), number


def said_of(engine: Engine, read: Read) -> str:
    if read.lesson.id not in SHOWN:
        return of_the_game(engine, read)
    said = {step.id: sentence for step, sentence in key_sentences(engine, read)}
    return " ".join(said[step] for step in SHOWN[read.lesson.id])


def of_the_game(engine: Engine, read: Read) -> str:
    text = next(one.text for step in read.lesson.steps for one in step.ask if one.text)
    found = ask(engine, "surprise_of", read.lesson.prompt, text=text).numbers
    return f"**{found['bits']}** **{found['per_token']}**"
