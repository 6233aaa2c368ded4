"""Every question of the lessons can be put to the class, or a sentence says why not."""

from __future__ import annotations

import re

import pytest

from core.engine import Engine
from core.room import RoomError
from core.tokens.encoding import encoding
from pages.course.asking import question_of
from pages.course.reading import OURS, Read, read_folder
from pages.kit.current import Current
from pages.shell.class_lesson import for_class

LESSONS = {read.lesson.id: read for read in read_folder(OURS, "en")[0]}


def now_of(engine: Engine, read: Read) -> Current:
    text = read.lesson.prompt
    made = encoding(engine.tokenizer, text)
    return Current(engine, text, made.tokens(0, len(made)), len(made), "")


@pytest.mark.parametrize("name", LESSONS)
def test_a_lessons_questions_reach_the_class_as_plain_text(storyteller: Engine, name: str):
    read = LESSONS[name]
    now = now_of(storyteller, read)
    for step in (step for step in read.lesson.steps if step.ask):
        asked = question_of(storyteller, read, step, now.text)
        assert not isinstance(asked, str), asked
        try:
            found = for_class(now, asked, twice=True)
        except RoomError:
            assert asked.ask.type in ("order", "game", "token")
            assert asked.ask.type != "token" or asked.ask.typed
            continue
        assert found.twice
        assert len(set(found.options)) == len(found.options)
        for text in (found.text, *found.options):
            assert text.strip()
            assert not re.search(r"\*\*|`|&#|\{\w+\}|\]\(", text), text
        if asked.ask.type == "vote":
            assert found.right == ""
        elif found.options:
            assert found.right in found.options
        else:
            assert float(found.right) == asked.found.right  # type: ignore[union-attr]
