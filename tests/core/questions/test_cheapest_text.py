"""Texts by their tokens."""

from __future__ import annotations

from itertools import permutations

import pytest

from core.questions import CHECKS, Refused, ask
from tests.core.questions.common import LOOKED, answered

TEXTS = {"english": "princess", "italian": "principessa", "emoji": "🙂"}


def test_the_order_is_that_of_transformers_counts(storyteller) -> None:
    found = answered(storyteller, "cheapest_text", LOOKED, texts=TEXTS)
    sizes = {name: len(storyteller.tokenizer(text)["input_ids"]) for name, text in TEXTS.items()}
    assert found.right == tuple(sorted(sizes, key=lambda name: sizes[name]))
    assert {name: found.numbers[name].value for name in TEXTS} == sizes


def test_the_order_of_the_file_is_no_hint(storyteller) -> None:
    answers = {
        ask(storyteller, "cheapest_text", LOOKED, texts=dict(items)).right
        for items in permutations(TEXTS.items())
    }
    assert answers == {("emoji", "english", "italian")}


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "cheapest_text", LOOKED, texts=TEXTS)
    assert [found.numbers[name].value for name in found.right] == [2, 3, 4]


def test_what_it_promises_depends_on_the_texts() -> None:
    check = CHECKS["cheapest_text"]
    assert set(check.numbers_with({"texts": TEXTS})) == {*check.numbers, *TEXTS}


def test_a_tie_is_refused(storyteller) -> None:
    with pytest.raises(Refused, match="the same number of tokens"):
        ask(storyteller, "cheapest_text", LOOKED, texts={"one": "a", "two": "b"})


@pytest.mark.parametrize("texts", [{}, {"one": "a"}, {"prompt": "a", "two": "b c"}])
def test_texts_that_are_none_or_take_a_name_are_a_mistake(tiny, texts: dict) -> None:
    with pytest.raises(ValueError, match="two texts or more"):
        ask(tiny, "cheapest_text", LOOKED, texts=texts)
