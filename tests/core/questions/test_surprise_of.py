"""A text's surprise."""

from __future__ import annotations

import math

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, LOOKED, answered, plain

ODD = "The purple elephant quietly opened a small umbrella."


@pytest.mark.parametrize("text", [None, ODD])
def test_the_loss_of_transformers_is_the_same(storyteller, oracle_of, text: str | None) -> None:
    found = answered(storyteller, "surprise_of", KING, text=text)
    ids = storyteller.tokenizer(text or KING, return_tensors="pt")["input_ids"]
    loss = float(plain(oracle_of, storyteller, text or KING, labels=ids).loss) / math.log(2)
    assert found.numbers["per_token"].value == pytest.approx(loss, rel=1e-3)
    assert found.numbers["bits"].value == pytest.approx(loss * (ids.shape[1] - 1), rel=1e-3)


def test_a_story_surprises_less_than_nonsense(storyteller) -> None:
    each = [ask(storyteller, "surprise_of", t).numbers["per_token"].value for t in (KING, ODD)]
    assert each[0] < each[1]


@pytest.mark.parametrize("text", ["", "a"])
def test_a_text_with_nothing_to_expect_is_refused(tiny, text: str) -> None:
    with pytest.raises(Refused, match="no text to ask about"):
        ask(tiny, "surprise_of", LOOKED, text=text)


def test_a_text_longer_than_the_context_is_refused(smallest) -> None:
    with pytest.raises(Refused, match="reads at most 32"):
        ask(smallest, "surprise_of", "the", text="the" * 33)
