"""What the lens shows before the first layer."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, LOOKED, answered, plain


@pytest.mark.parametrize("prompt", [KING, LOOKED])
def test_the_head_reads_the_embedding_as_transformers_does(storyteller, oracle_of, prompt) -> None:
    found = answered(storyteller, "lens_at_input", prompt)
    model = oracle_of(storyteller.loaded.source)
    start = plain(oracle_of, storyteller, prompt, output_hidden_states=True).hidden_states[0]
    p = model.lm_head(model.transformer.ln_f(start[0, -1])).softmax(-1)
    assert found.numbers["p"].value == pytest.approx(float(p.max()), rel=1e-3)
    assert (found.right == "itself") == (int(p.argmax()) == storyteller.ids(prompt)[-1])


def test_worked_number(storyteller) -> None:
    found = ask(storyteller, "lens_at_input", KING)
    assert found.right == "itself"
    assert str(found.numbers["word"]) == str(found.numbers["shown"]) == "␣king"
    assert found.numbers["p"].value > 0.999


def test_a_random_model_says_what_it_sees(tiny) -> None:
    """Its matrices are tied as well, but no vector is its own best match by necessity."""
    for prompt in (KING, LOOKED):
        trace = tiny.trace(prompt)
        first, last = tiny.logit_lens(trace, top=2).top_probs[0, -1].tolist()
        if first < 1.5 * last:
            with pytest.raises(Refused, match="too close"):
                ask(tiny, "lens_at_input", prompt)
        else:
            assert answered(tiny, "lens_at_input", prompt).right
