"""The way out: transformers' own forward and cache."""

from __future__ import annotations

import torch

from core.engine.engine import Engine
from core.engine.transformers_batch import TransformersBatch
from tests.core.engine.oracle import same, steps_alone, text


def test_the_plain_way_gives_the_same(tiny: Engine):
    """transformers' own forward with its cache, as the fallback uses it."""
    ids, tokens = text(20), [5, 6, 7]
    wanted = steps_alone(tiny.loaded, ids, tokens)
    batch = TransformersBatch(tiny.loaded)
    with torch.inference_mode():
        slot, _logits = batch.start(ids)
        for token, want in zip(tokens, wanted, strict=True):
            same(batch.step([(slot, token)])[0].numpy(), want)
    assert batch.n_bytes > 0
    batch.leave(slot)
    assert batch.n_bytes == 0
