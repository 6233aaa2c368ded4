"""What is lost with a head."""

from __future__ import annotations

import numpy as np
import pytest

from core.questions import Refused, ask, heads
from core.questions.heads import effects
from core.views.ablation import ablated_logits
from tests.core.questions.common import KING, MET, answered, shares


@pytest.mark.parametrize("head", ["loud_useless", "costliest"])
def test_without_a_head(storyteller, oracle_of, head: str) -> None:
    """The box itself is plain transformers with a hook; here the outcome is held against it."""
    found = answered(storyteller, "effect_of_head_off", MET, head=head)
    p = shares(oracle_of, storyteller, MET)
    assert found.numbers["p_before"].value == pytest.approx(float(p.max()), rel=1e-4)
    bits = found.numbers["bits"].value
    same = found.numbers["top"] == found.numbers["new_top"]
    assert found.right == ("first_changes" if not same else "nothing" if bits < 0.05 else "less")


def test_loud_is_not_important(storyteller) -> None:
    loud = ask(storyteller, "effect_of_head_off", MET, head="loud_useless")
    costly = ask(storyteller, "effect_of_head_off", MET, head="costliest")
    assert loud.right == "nothing"
    assert loud.numbers["weight"].value > 0.35
    assert loud.numbers["bits"].value < 0.05 < costly.numbers["bits"].value


def test_the_costliest_is_the_worst_of_all(storyteller) -> None:
    trace = storyteller.trace(MET)
    bits = effects(storyteller, trace).bits
    found = ask(storyteller, "effect_of_head_off", MET, head="costliest")
    assert found.numbers["bits"].value == pytest.approx(float(bits.max()), rel=1e-4)
    assert np.unravel_index(bits.argmax(), bits.shape) == (
        found.places["layer"], found.places["head"],
    )  # fmt: skip


def outcome(engine, head: str) -> str:
    try:
        return str(ask(engine, "effect_of_head_off", KING, head=head).right)
    except Refused:
        return "refused"


@pytest.mark.parametrize("which", ["tiny", "storyteller"])
def test_every_head_answers_or_is_refused(request, which: str) -> None:
    engine = request.getfixturevalue(which)
    trace = engine.trace(KING)
    for (layer, head), moved in np.ndenumerate(effects(engine, trace).bits):
        without = engine.view(ablated_logits, trace, frozenset({(layer, head)}))
        same = without.argmax() == trace.logits.argmax()
        expected = (
            "nothing" if same and moved < 0.05 / 1.5
            else "refused" if moved < 0.05 * 1.5
            else "less" if same else "first_changes"
        )  # fmt: skip
        assert outcome(engine, f"L{layer}.H{head}") == expected


def test_a_model_that_would_take_too_long_is_refused(storyteller, monkeypatch) -> None:
    """GPT-2 Large has 720 heads; here the bound is lowered instead."""
    trace = storyteller.trace(KING)
    n_heads, blocks = 48, 6 * storyteller.shape.block_params
    monkeypatch.setattr(heads, "MOST_OPERATIONS", n_heads * blocks * trace.n_ctx)
    assert heads.effects(storyteller, trace).bits.shape == (6, 8)
    with pytest.raises(Refused, match="would take too long"):
        heads.effects(storyteller, storyteller.trace(KING + " was"))


def test_neither_clearly_nor_not_at_all_is_refused(storyteller) -> None:
    bits = effects(storyteller, storyteller.trace(KING)).bits
    between = np.argwhere((bits > 0.034) & (bits < 0.074))
    assert len(between)
    for layer, head in between:
        with pytest.raises(Refused, match="neither clearly"):
            ask(storyteller, "effect_of_head_off", KING, head=f"L{layer}.H{head}")
