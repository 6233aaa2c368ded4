"""Calculating with words."""

from __future__ import annotations

import pytest
import torch

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, answered

QUEEN = {"a": "king", "minus": "man", "plus": "woman", "expected": "queen"}
CATS = {"a": "dogs", "minus": "dog", "plus": "cat", "expected": "cats"}


@pytest.mark.parametrize(("given", "right"), [(QUEEN, "hit"), (CATS, "miss")])
def test_the_cosine_is_transformers_own(storyteller, oracle_of, given: dict, right: str) -> None:
    found = answered(storyteller, "analogy_hit", LOOKED, **given)
    wte = oracle_of(storyteller.loaded.source).transformer.wte.weight.detach()
    ids = [storyteller.tokenizer(f" {given[k]}")["input_ids"][0] for k in ("a", "minus", "plus")]
    best = storyteller.tokenizer(str(found.numbers["found"]).replace("␣", " "))["input_ids"][0]
    vector = wte[ids[0]] - wte[ids[1]] + wte[ids[2]]
    assert found.numbers["cosine"].value == pytest.approx(
        float(torch.cosine_similarity(wte[best], vector, dim=0)), rel=1e-4
    )
    assert found.right == right
    assert (found.numbers["expected_rank"].value == 1) == (right == "hit")


@pytest.mark.parametrize("expected", ["king", "King"])
def test_a_word_that_went_in_cannot_come_out(storyteller, expected: str) -> None:
    with pytest.raises(Refused, match="one of those that went in"):
        ask(storyteller, "analogy_hit", LOOKED, **{**QUEEN, "expected": expected})


def test_a_random_model_misses(tiny) -> None:
    assert answered(tiny, "analogy_hit", LOOKED, **QUEEN).right == "miss"
