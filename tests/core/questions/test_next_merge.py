"""Which pair is joined next."""

from __future__ import annotations

import json

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, answered


def rules(engine) -> list:
    return json.loads(engine.tokenizer.backend_tokenizer.to_str())["model"]["merges"]


@pytest.mark.parametrize(("word", "step"), [("strawberry", 0), ("strawberry", 5), (" daughter", 3)])
def test_the_rule_is_the_tokenizers_own(storyteller, word: str, step: int) -> None:
    found = answered(storyteller, "next_merge", LOOKED, word=word, step=step)
    left, right = rules(storyteller)[found.numbers["rank"].value]
    marks = str.maketrans("Ġ", "␣")
    assert (left.translate(marks), right.translate(marks)) == (
        str(found.numbers["left"]), str(found.numbers["right"]),
    )  # fmt: skip


def test_following_the_answers_ends_in_the_tokens(storyteller) -> None:
    """Ranks may rise and fall from step to step, but pieces only become fewer."""
    asked = [ask(storyteller, "next_merge", LOOKED, word="strawberry", step=s) for s in range(6)]
    sizes = [len(found.numbers["pieces"].value) for found in asked]
    assert sizes == [10, 9, 8, 7, 6, 5]
    with pytest.raises(Refused, match="no choice between pairs"):
        ask(storyteller, "next_merge", LOOKED, word="strawberry", step=7)


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "next_merge", LOOKED, word="strawberry")
    assert found.numbers["rank"].value == rules(storyteller).index(["e", "r"])
    right = next(one for one in found.candidates if one.trap == "right")
    assert right.label == "e + r"
    assert {one.trap for one in found.candidates} == {"right", "later"}


def test_the_prompts_own_word_comes_first(storyteller) -> None:
    assert str(ask(storyteller, "next_merge", LOOKED).numbers["word"]) == "␣opened"


@pytest.mark.parametrize(("word", "step"), [("a", 0), ("strawberry", 99), ("strawberry", -1)])
def test_where_there_is_no_choice_it_is_refused(storyteller, word: str, step: int) -> None:
    with pytest.raises(Refused, match="no choice between pairs"):
        ask(storyteller, "next_merge", LOOKED, word=word, step=step)


def test_another_vocabulary_joins_by_its_own_rules(smallest) -> None:
    found = answered(smallest, "next_merge", "the", word=" then")
    assert str(found.numbers["left"]) == "t"
