"""The same text twice."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, answered


@pytest.mark.parametrize(
    ("temperature", "seeds", "right"),
    [(0, (1, 2), "same"), (1.0, (1, 1), "same"), (1.0, (1, 2), "different")],
)
def test_only_chance_makes_a_difference(storyteller, temperature, seeds, right: str) -> None:
    """The box draws with the seeds' random numbers in plain transformers and gets the same ids."""
    found = answered(storyteller, "same_text", KING, temperature=temperature, seeds=seeds)
    assert found.right == right
    texts = [found.numbers[name].value for name in ("first_text", "second_text")]
    assert (texts[0] == texts[1]) == (right == "same")


def test_at_temperature_0_it_is_transformers_greedy_text(storyteller, oracle_of) -> None:
    found = ask(storyteller, "same_text", KING, temperature=0.0, n=12)
    ids = storyteller.tokenizer(KING, return_tensors="pt")
    out = oracle_of(storyteller.loaded.source).generate(
        **ids, do_sample=False, max_new_tokens=12, pad_token_id=50256
    )
    new = out[0, ids["input_ids"].shape[1] :]
    assert found.numbers["first_text"].value == storyteller.tokenizer.decode(new)


def test_asked_again_it_writes_the_same(storyteller) -> None:
    one, other = (ask(storyteller, "same_text", KING, seeds=[3, 4]) for _time in range(2))
    assert one.numbers == other.numbers


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"seeds": [1]}, "two seeds"),
        ({"seeds": [1, -1]}, "two seeds"),
        ({"n": 0}, "1 to 60 tokens"),
        ({"n": 9_999}, "1 to 60 tokens"),
        ({"temperature": -1}, "temperature"),
    ],
)
def test_numbers_that_are_not_possible_are_a_mistake(tiny, given: dict, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        ask(tiny, "same_text", KING, **given)


def test_a_full_context_is_answered_or_refused(smallest) -> None:
    full = "the" * smallest.shape.n_ctx
    assert len(smallest.ids(full)) == smallest.shape.n_ctx
    found = ask(smallest, "same_text", full, temperature=0)
    assert found.right == "same"
    with pytest.raises(Refused, match="reads at most 32"):
        ask(smallest, "same_text", full + "the")
