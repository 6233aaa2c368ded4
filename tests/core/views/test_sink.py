"""The first token: what it gets, and what is left without it."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.head_steps import head_rows
from core.views.sink import sink, without_first
from tests.core.views.heads import STORY, steps_of


def test_sink_numbers(tiny) -> None:
    trace = tiny.trace(STORY)
    layer, rows = tiny.attention(trace, 1), tiny.view(head_rows, 1, 2)
    found = sink(layer, rows, 2)
    assert found.weight == pytest.approx(layer.pattern[2, 1:, 0].mean(), abs=1e-6)
    assert found.value_norm == pytest.approx(np.linalg.norm(layer.v[2, 0]), rel=1e-5)
    # Each token's part of what is written: its weighted value vector through this head's rows.
    parts = np.linalg.norm((layer.pattern[2][:, :, None] * layer.v[2]) @ rows, axis=-1)[1:]
    assert found.written == pytest.approx((parts[:, 0] / parts.sum(-1)).mean(), abs=1e-5)
    two = sink(tiny.attention(tiny.trace(trace.token_ids[:2]), 1), rows, 2)
    lead = layer.scores(2)[1, 0] - layer.scores(2)[1, 1]
    assert two.score_lead == pytest.approx(lead, abs=1e-4)
    steps = steps_of(tiny, trace, 1, 2, 5)
    assert np.allclose(steps.written, [*parts[4]], atol=1e-5)
    assert sink(tiny.attention(tiny.trace((5,)), 1), rows, 2) is None


def test_hidden_first_token_leaves_rows_of_one_or_zero() -> None:
    pattern = np.array([[1.0, 0, 0], [0.5, 0.5, 0], [1.0, 0, 0]])
    rest = without_first(pattern)
    assert rest.tolist() == [[0, 0, 0], [0, 1, 0], [0, 0, 0]]
    assert pattern[0, 0] == 1.0
