"""A few heads at a time in one buffer: the numbers are the formula's."""

from __future__ import annotations

import numpy as np

from core.views import attention_frugal, thumbnails
from core.views.attention import attend
from core.views.attention_frugal import layer_pattern
from core.views.rollout import all_layers
from core.views.thumbnails import layer_summary
from tests.core.views.heads import STORY


def test_heads_are_made_a_few_at_a_time(tiny, monkeypatch) -> None:
    trace = tiny.trace(STORY)
    together = tiny.call(all_layers, trace)
    summary = tiny.call(layer_summary, trace, 1)
    monkeypatch.setattr(attention_frugal, "_CELLS", 3 * trace.n_ctx**2)  # three heads, then one
    again = tiny.call(all_layers, trace)
    assert np.allclose(again.rollout, together.rollout, atol=1e-6)
    assert np.allclose(again.largest, together.largest, atol=1e-6)
    monkeypatch.setattr(thumbnails, "SHORT", 0)  # as a long text: not all heads in one program
    some = tiny.call(layer_summary, trace, 1)
    assert np.allclose(some.largest, summary.largest, atol=1e-6)
    assert np.allclose(some.average, summary.average, atol=1e-6)
    assert some.tally.queries == summary.tally.queries
    for kind, weight in summary.tally.weight.items():
        assert np.allclose(some.tally.weight[kind], weight, atol=1e-5)


def test_patterns_are_those_of_the_formula(tiny) -> None:
    trace = tiny.trace(STORY)
    for layer in range(tiny.shape.n_layer):
        found = tiny.attention(trace, layer)
        _scores, pattern, _z = attend(found.q, found.k, found.v, found.scaling)
        assert np.allclose(tiny.call(layer_pattern, trace, layer), pattern, atol=1e-6)
