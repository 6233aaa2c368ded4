"""The views of the layers page at their limits: one token, a whole context, nothing there."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import OutOfRange
from core.views.attribution import attribute, reader, token_logits
from core.views.block import block_steps
from core.views.neurons import neurons
from core.views.residual import writes
from tests.oracle import Watched, same


def test_one_token_is_enough(engine):
    trace = engine.trace(" king")
    got = engine.logit_lens(trace, watched=(0,))
    assert got.top_ids.shape[:2] == (trace.n_layer + 1, 1)
    assert engine.view(block_steps, trace, 0, 0).attn.shape == (engine.shape.n_embd,)
    read = engine.view(reader, int(got.top_ids[-1, 0, 0]))
    total = attribute(engine.view(writes, trace, 0), read).total
    assert total == pytest.approx(trace.logits.max(), abs=1e-3)
    assert engine.view(neurons, trace, 0, 0).activations.shape[1] == 1


def test_a_whole_context(storyteller, oracle_of):
    rng = np.random.default_rng(1)
    ids = tuple(int(i) for i in rng.integers(0, 12_000, 1024))
    trace = storyteller.trace(ids)
    watched = Watched(oracle_of(storyteller.loaded.source), ids)
    steps = storyteller.view(block_steps, trace, 3, 1023)
    same(steps.attn, watched.outputs["transformer.h.3.attn"][0, 1023])
    same(steps.mlp, watched.outputs["transformer.h.3.mlp"][0, 1023])
    got = storyteller.logit_lens(trace, 1020)
    same(got.top_probs[-1], watched.logits[1020:].softmax(-1).topk(10).values)
    best = int(got.top_ids[-1, -1, 0])
    parts = storyteller.view(writes, trace, 1023)
    total = attribute(parts, storyteller.view(reader, best)).total
    assert total == pytest.approx(watched.logits[1023, best].item(), abs=1e-3)


def test_what_is_out_of_range_says_so(engine, trace):
    with pytest.raises(OutOfRange, match="no layer"):
        engine.view(block_steps, trace, trace.n_layer, 0)
    for ask in (
        lambda: engine.view(block_steps, trace, 0, trace.n_ctx),
        lambda: engine.view(writes, trace, -1),
        lambda: engine.view(neurons, trace, 0, 9_999),
        lambda: engine.logit_lens(trace, 5, 5_000),
        lambda: engine.logit_lens(trace, 5, 5),
        lambda: engine.view(token_logits, trace, trace.n_ctx, (0,)),
    ):
        with pytest.raises(OutOfRange, match="no token"):
            ask()
    with pytest.raises(ValueError, match="watched"):
        engine.logit_lens(trace, watched=(60_000,))
    with pytest.raises(ValueError, match="token ids"):
        engine.view(reader, 1, 50_257)
    with pytest.raises(ValueError, match="by must"):
        engine.view(neurons, trace, 0, 0, 5, 5, "size")
