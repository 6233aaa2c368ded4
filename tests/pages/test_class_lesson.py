"""Every question of the lessons can be put to the class, or a sentence says why not."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.engine import Engine
from core.room.limits import OPTIONS
from core.tokens.encoding import encoding
from pages.course.asking import question_of
from pages.course.lesson import Ask
from pages.course.reading import OURS, Read, read_folder
from pages.course.texts import Section
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
        if asked.ask.type == "game":
            continue  # the room's own game, with the lesson's text
        found = for_class(now, asked, twice=True)
        assert found.twice
        assert len(set(found.options)) == len(found.options)
        for text in (found.text, *found.options):
            assert text.strip()
            assert not re.search(r"\*\*|`|&#|\{\w+\}|\]\(", text), text
        if asked.ask.type == "vote":
            assert found.right == ""
        elif found.options:
            assert found.right in found.options
        elif found.kind == "token":
            truth = now.label(asked.found.right)  # type: ignore[union-attr]
            assert found.right == truth.strip("␣")
        else:
            assert float(found.right) == asked.found.right  # type: ignore[union-attr]


def test_a_token_among_many_is_named_by_its_number(storyteller: Engine):
    read = LESSONS["who-looks-where"]
    asking = next(step for step in read.lesson.steps if step.ask)
    asked = question_of(storyteller, read, asking, read.lesson.prompt)
    assert not isinstance(asked, str)
    assert asked.found is not None
    text = read.lesson.prompt * 10
    made = encoding(storyteller.tokenizer, text)
    now = Current(storyteller, text, made.tokens(0, len(made)), len(made), "")
    assert len(now.labels) > OPTIONS
    found = for_class(now, replace(asked, found=replace(asked.found, right=OPTIONS)))
    assert (found.kind, found.options, found.right) == ("number", (), str(OPTIONS))
    assert "number" in found.text


def test_of_an_order_the_class_says_what_comes_first(storyteller: Engine):
    read = LESSONS["is-it-chance"]
    asking = next(step for step in read.lesson.steps if step.ask)
    asked = question_of(storyteller, read, asking, read.lesson.prompt)
    assert not isinstance(asked, str)
    assert asked.found is not None
    section = Section("Put them in order.", options={"a": "one", "b": "**two**"})
    ordered = replace(
        asked, ask=Ask(type="order", options=("a", "b")), section=section,
        found=replace(asked.found, right=("b", "a")),
    )  # fmt: skip
    found = for_class(now_of(storyteller, read), ordered)
    assert (found.options, found.right) == (("one", "two"), "two")
    assert found.text == "Put them in order. Which comes first?"
