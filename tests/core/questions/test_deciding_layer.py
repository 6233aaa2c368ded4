"""From which layer on the answer leads."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, LOOKED, answered, plain, shares


def tops(oracle_of, engine, prompt: str) -> list[int]:
    """The likeliest token after each layer, by plain transformers."""
    model = oracle_of(engine.loaded.source)
    states = plain(oracle_of, engine, prompt, output_hidden_states=True).hidden_states
    rows = [model.transformer.ln_f(state) for state in states[:-1]] + [states[-1]]
    return [int(model.lm_head(row[0, -1]).argmax()) for row in rows]


@pytest.mark.parametrize("prompt", [KING, LOOKED, "The cat and the"])
def test_from_there_on_it_leads_and_not_before(storyteller, oracle_of, prompt: str) -> None:
    found = answered(storyteller, "deciding_layer", prompt)
    best = tops(oracle_of, storyteller, prompt)
    assert len(found.numbers["steps"].value) == len(best) == storyteller.shape.n_layer + 1
    assert {*best[found.right :]} == {found.places["id"]}
    assert best[found.right - 1] != found.places["id"]


def test_a_close_end_is_refused(storyteller, oracle_of) -> None:
    prompt = "He put on his hat and"
    best = shares(oracle_of, storyteller, prompt).topk(2).values
    assert best[0] < 1.5 * best[1]
    with pytest.raises(Refused, match="too close"):
        ask(storyteller, "deciding_layer", prompt)
