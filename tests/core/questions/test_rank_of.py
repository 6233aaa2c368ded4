"""A token's place among all."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, answered, shares

FRANCE = "The capital of France is"


@pytest.mark.parametrize("token", ["Paris", " Paris", 6342])
def test_the_rank_is_transformers_own(storyteller, oracle_of, token: str | int) -> None:
    found = answered(storyteller, "rank_of", FRANCE, token=token)
    p = shares(oracle_of, storyteller, FRANCE)
    assert found.places["id"] == 6342
    assert found.right == pytest.approx(int((p > p[6342]).sum()) + 1, abs=1)
    assert found.numbers["p"].value == pytest.approx(float(p[6342]), rel=1e-3)


def test_ranks_are_one_for_each_token(smallest) -> None:
    n = smallest.shape.n_vocab
    ranks = {ask(smallest, "rank_of", "the", token=i).right for i in range(n)}
    assert ranks == set(range(1, n + 1))


@pytest.mark.parametrize(
    ("token", "says"),
    [("Wimbleton", "is not one token"), ("", "is not one token"), (60_000, "no token 60,000")],
)
def test_what_is_no_token_is_refused(storyteller, token: str | int, says: str) -> None:
    with pytest.raises(Refused, match=says):
        ask(storyteller, "rank_of", KING, token=token)


@pytest.mark.parametrize(("typed", "meant"), [(".", "."), ("king", "␣king"), ("\n", "⏎")])
def test_a_word_is_meant_as_it_stands_in_a_sentence(storyteller, typed: str, meant: str) -> None:
    assert str(ask(storyteller, "rank_of", KING, token=typed).numbers["token"]) == meant
