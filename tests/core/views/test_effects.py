"""How far a prediction moves."""

from __future__ import annotations

import numpy as np
import pytest

from core.views import ablation
from core.views.ablation import ablated_layer, ablated_logits
from core.views.effects import change, divergence, effects_of, layer_effects
from tests.oracle import same

TEXT = "Once there was a king. The king had a"


def test_change_is_a_worked_number() -> None:
    before, after = np.log([0.5, 0.25, 0.25]), np.log([0.25, 0.5, 0.25])
    found = change(before, after, top=3)
    # 0.5 log2(0.5 / 0.25) + 0.25 log2(0.25 / 0.5) + 0 = 0.25 bits
    assert found.divergence == pytest.approx(0.25)
    assert (found.best_before, found.best_after) == (0, 1)
    assert found.token_ids.tolist() == [0, 1, 2]
    assert found.after - found.before == pytest.approx([-0.25, 0.25, 0.0])


def test_effects_find_the_head_that_matters(tiny) -> None:
    ids = tiny.ids(TEXT)
    rows = [tiny.view(layer_effects, ids, layer) for layer in range(3)]
    found = effects_of(rows)
    assert found.bits.shape == (3, 4)
    assert found.bits[found.layer, found.head] == found.bits.max()
    alone = tiny.call(ablated_logits, ids, frozenset({(found.layer, found.head)}))
    expected = divergence(tiny.trace(ids).logits, alone)
    assert found.bits.max() == pytest.approx(float(expected), rel=1e-3)


@pytest.mark.parametrize("mode", ["zero", "mean"])
@pytest.mark.parametrize("rows", [1, 16, 1024])
def test_heads_tried_together_are_heads_tried_alone(tiny, monkeypatch, mode, rows: int) -> None:
    monkeypatch.setattr(ablation, "BATCH_ROWS", rows)  # one head at a time, a few, all of them
    trace = tiny.trace("The cat sat on the mat and")
    for layer in range(3):
        alone = [
            tiny.call(ablated_logits, trace.token_ids, frozenset({(layer, h)}), frozenset(), mode)
            for h in range(4)
        ]
        together = tiny.call(ablated_layer, trace, layer, mode)
        same(together, np.stack(alone))
