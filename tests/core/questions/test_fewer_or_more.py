"""Tokens per word of two texts."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, answered

ENGLISH = "Once upon a time there was a princess."
ITALIAN = "C'era una volta una principessa."


@pytest.mark.parametrize(
    ("text", "than", "right"),
    [(ITALIAN, ENGLISH, "more"), (ENGLISH, ITALIAN, "fewer"), (ENGLISH, ENGLISH, "equal")],
)
def test_turning_the_question_turns_the_answer(storyteller, text, than, right: str) -> None:
    found = answered(storyteller, "fewer_or_more", LOOKED, text=text, than=than)
    assert found.right == right
    assert found.numbers["n"].value == len(storyteller.tokenizer(text)["input_ids"])


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "fewer_or_more", ENGLISH, text=ITALIAN)
    told = [str(found.numbers[name]) for name in ("n", "n_words", "other_n", "other_n_words")]
    assert told == ["12", "5", "9", "8"]


@pytest.mark.parametrize(
    "text", ["", "  ", "He opened his eyes, and looked at the big old red house"]
)
def test_what_cannot_be_compared_is_refused(storyteller, text: str) -> None:
    with pytest.raises(Refused, match="about as many"):
        ask(storyteller, "fewer_or_more", LOOKED, text=text)
