"""The nearest token."""

from __future__ import annotations

import pytest
import torch

from core.questions import Refused, ask
from core.views.wte import search_index
from tests.core.questions.common import LOOKED, answered


def cosines(oracle_of, engine, token: int) -> torch.Tensor:
    wte = oracle_of(engine.loaded.source).transformer.wte.weight.detach().double()
    return torch.nn.functional.cosine_similarity(wte, wte[token][None])


@pytest.mark.parametrize("word", ["Monday", "bank", "dog"])
def test_none_but_variants_is_nearer(storyteller, oracle_of, word: str) -> None:
    found = answered(storyteller, "nearest_token", LOOKED, token=word)
    values = cosines(oracle_of, storyteller, found.places["id"])
    nearer = (values > values[found.right]).nonzero()[:, 0].tolist()
    family = search_index(storyteller.loaded).family
    assert {int(family[i]) for i in nearer} == {int(family[found.places["id"]])}
    assert found.numbers["cosine"].value == pytest.approx(float(values[found.right]), rel=1e-4)


def test_the_wrong_ones_are_clearly_farther_away(storyteller, oracle_of) -> None:
    found = ask(storyteller, "nearest_token", LOOKED, token="Monday")
    values = cosines(oracle_of, storyteller, found.places["id"])
    assert {one.trap for one in found.candidates} == {"right", "spelled", "beside", "usual"}
    for one in found.candidates:
        assert one.trap == "right" or values[one.answer] < values[found.right] / 1.5


@pytest.mark.parametrize("which", ["tiny", "smallest"])
def test_a_random_model_answers_too(request, which: str) -> None:
    assert answered(request.getfixturevalue(which), "nearest_token", "the", token="the").right >= 0


def test_a_word_of_several_tokens_is_refused(storyteller) -> None:
    with pytest.raises(Refused, match="is not one token"):
        ask(storyteller, "nearest_token", LOOKED, token="Wimbleton")
