"""The README's table of the course: its numbers, computed again."""

from __future__ import annotations

import re

import pytest

from core.engine import Engine
from pages.course.reading import OURS, read_folder
from tests.course.table import BOLD, READMES, rows, said_of, written
from tests.golden.digest import same_text

ROWS = rows(READMES["en"].read_text(encoding="utf-8"))
LESSONS = {read.words.title: read for read in read_folder(OURS, "en")[0]}
_NUMBER = re.compile(r"\d+(?:,\d{3})*(?:\.\d+)?%?")


def test_the_table_has_the_lessons_in_their_order():
    said = [(title, overturns) for title, overturns, _numbers in ROWS]
    assert said == [(title, read.words.overturns) for title, read in LESSONS.items()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row[0])
def test_its_numbers_are_what_the_model_says(row: list[str], storyteller: Engine):
    computed = said_of(storyteller, LESSONS[row[0]])
    bold = BOLD.findall(row[2])
    assert bold
    # 470.995 bits are 471.00 on one processor and 470.99 on another.
    said = BOLD.findall(computed)
    assert len(said) == len(bold)
    assert all(map(same_text, said, bold)), (said, bold)
    numbers = _NUMBER.findall(computed)
    for number in _NUMBER.findall(row[2]):
        assert any(same_text(number, other) for other in numbers), number


def test_a_row_is_written_anew_with_as_many_numbers_as_it_has():
    row = "| Beat the model | … | it costs **1 bit**, **2 bits** a token |"
    assert "**3 bits**, **4 bits** a" in written(row, "**3 bits** and **4 bits**")
    with pytest.raises(ValueError, match="not as many numbers"):
        written(row, "**3 bits**")
