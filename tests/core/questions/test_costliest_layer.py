"""Which layer hurts most."""

from __future__ import annotations

import numpy as np
import pytest

from core.questions import Refused, ask
from core.questions.told import Told
from core.views.ablation import ablated_logits
from core.views.effects import divergence
from tests.core.questions.common import KING, LOOKED, answered


@pytest.mark.parametrize("prompt", [KING, LOOKED])
def test_no_other_layer_costs_more(storyteller, prompt: str) -> None:
    """The box leaves the layers out in plain transformers and finds the same bits."""
    found = answered(storyteller, "costliest_layer", prompt)
    bits = found.recipe.shown
    assert len(bits) == storyteller.shape.n_layer
    assert found.right == int(np.argmax(bits))
    assert found.numbers["bits"] == Told("bits", float(max(bits)))
    assert found.numbers["cheapest_bits"] == Told("bits", float(min(bits)))


def test_layers_that_cost_alike_are_refused(tiny) -> None:
    seen = set()
    for prompt in (KING, LOOKED, "The cat and the", "One, two, three"):
        ids = tiny.ids(prompt)
        off = [frozenset({(layer, "attn"), (layer, "mlp")}) for layer in range(tiny.shape.n_layer)]
        whole = tiny.view(ablated_logits, ids)
        costs = sorted(
            divergence(whole, tiny.view(ablated_logits, ids, frozenset(), o)) for o in off
        )
        seen.add(clear := bool(costs[-1] >= 1.5 * costs[-2]))
        if clear:
            assert ask(tiny, "costliest_layer", prompt).numbers["bits"].value > 0
        else:
            with pytest.raises(Refused, match="too close"):
                ask(tiny, "costliest_layer", prompt)
    assert seen
