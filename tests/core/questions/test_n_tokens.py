"""How many tokens."""

from __future__ import annotations

import pytest
from transformers import AutoTokenizer

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, MET, answered

PRINCESS = "Once upon a time there was a princess."


@pytest.mark.parametrize(
    "text", [None, PRINCESS, "C'era una volta una principessa.", "🙂", "tschüß"]
)
def test_the_tokenizer_of_transformers_counts_the_same(storyteller, text: str | None) -> None:
    found = answered(storyteller, "n_tokens", MET, text=text)
    plain = AutoTokenizer.from_pretrained(storyteller.loaded.source)
    assert found.right == len(plain(text or MET)["input_ids"])
    assert len(found.numbers["pieces"].value) == found.right


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "n_tokens", LOOKED, text=PRINCESS)
    assert found.right == 9
    assert found.traps == {8: "words", 38: "letters"}


@pytest.mark.parametrize("text", ["", "He opened his eyes and looked"])
def test_a_text_that_would_teach_nothing_is_refused(storyteller, text: str) -> None:
    with pytest.raises(Refused, match="as many tokens as words"):
        ask(storyteller, "n_tokens", LOOKED, text=text)


def test_another_vocabulary_has_another_count(smallest) -> None:
    assert answered(smallest, "n_tokens", "the king").right == 5  # the, a space, k, in, g
