"""Which token comes first."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, LOOKED, answered, shares


@pytest.mark.parametrize("prompt", [LOOKED, KING])
def test_the_right_one_is_transformers_own(storyteller, oracle_of, prompt: str) -> None:
    found = answered(storyteller, "top_token", prompt)
    p = shares(oracle_of, storyteller, prompt)
    assert found.right == int(p.argmax())
    assert found.numbers["p_top"].value == pytest.approx(float(p.max()), rel=1e-4)


def test_wrong_ones_are_of_rank_2_20_and_2000(storyteller, oracle_of) -> None:
    order = shares(oracle_of, storyteller, LOOKED).argsort(descending=True).tolist()
    traps = {one.answer: one.trap for one in ask(storyteller, "top_token", LOOKED).candidates}
    assert traps == {
        order[0]: "right", order[1]: "second", order[19]: "twentieth", order[1999]: "far",
    }  # fmt: skip


def test_a_close_race_is_refused(storyteller, oracle_of) -> None:
    prompt = "She was"
    best = shares(oracle_of, storyteller, prompt).topk(2).values
    assert best[0] < 1.5 * best[1]
    with pytest.raises(Refused, match="too close"):
        ask(storyteller, "top_token", prompt)


def test_a_vocabulary_of_265_tokens_answers_too(smallest) -> None:
    found = answered(smallest, "top_token", "and the")
    assert "right" in {one.trap for one in found.candidates}
