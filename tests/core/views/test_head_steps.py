"""Every step from a query to what the head writes."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import OutOfRange
from core.views.head_steps import keys_to_show
from tests.core.views.heads import STORY, eager, steps_of


def test_steps_add_up_to_what_the_layer_writes(tiny, oracle_of) -> None:
    ids = tiny.ids(STORY)
    trace = tiny.trace(ids)
    oracle = oracle_of(tiny.loaded.source)
    written: list[torch.Tensor] = []
    c_proj = oracle.transformer.h[1].attn.c_proj
    handle = c_proj.register_forward_hook(lambda m, i, o: written.append(o[0]))
    try:
        eager(oracle_of, tiny, ids)
    finally:
        handle.remove()
    query = 5
    steps = [steps_of(tiny, trace, 1, head, query) for head in range(tiny.shape.n_head)]
    total = sum(s.out for s in steps) + c_proj.bias.detach().numpy()
    assert np.allclose(total, written[0][query].numpy(), atol=1e-4)
    one = steps[2]
    assert one.products(3).sum() == pytest.approx(one.dots[3], rel=1e-4)
    assert one.scores[3] == pytest.approx(one.dots[3] / np.sqrt(tiny.shape.d_head), rel=1e-5)
    assert one.weights[query + 1 :].sum() == 0
    assert one.weights.sum() == pytest.approx(1, abs=1e-6)


def test_out_of_range_names_the_cure(tiny) -> None:
    trace = tiny.trace(STORY)
    for layer, head, query in ((3, 0, 0), (-1, 0, 0), (0, 4, 0), (0, 0, 99)):
        with pytest.raises(OutOfRange, match="to"):
            steps_of(tiny, trace, layer, head, query)


def test_keys_to_show_never_drop_weight(tiny) -> None:
    trace = tiny.trace(STORY)
    steps = steps_of(tiny, trace, 0, 0, 12)
    shown, left_out, rest = keys_to_show(steps, 3, most=6)
    assert 3 in shown
    assert 12 in shown
    assert 13 in shown  # one of the future, to show the mask
    assert len(shown) == 6
    assert left_out == 13 - 5
    assert steps.weights[shown].sum() + rest == pytest.approx(1, abs=1e-6)
