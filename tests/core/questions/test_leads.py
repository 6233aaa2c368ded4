"""Whether a token leads."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import LOOKED, answered, shares


@pytest.mark.parametrize(("token", "right"), [("at", "yes"), ("Paris", "no")])
def test_only_the_first_one_leads(storyteller, oracle_of, token: str, right: str) -> None:
    found = answered(storyteller, "leads", LOOKED, token=token)
    p = shares(oracle_of, storyteller, LOOKED)
    assert found.right == right
    assert (int(p.argmax()) == found.places["id"]) == (right == "yes")


def test_worked_number(storyteller) -> None:
    assert ask(storyteller, "leads", "The capital of France is", token="Paris").right == "no"


def test_a_photo_finish_is_refused(storyteller, oracle_of) -> None:
    prompt = "She was"
    best = shares(oracle_of, storyteller, prompt).topk(2)
    assert best.values[0] < 1.5 * best.values[1]
    for token in best.indices.tolist():
        with pytest.raises(Refused, match="too close"):
            ask(storyteller, "leads", prompt, token=token)
