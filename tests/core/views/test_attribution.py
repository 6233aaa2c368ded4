"""Who wrote a logit: the parts add up to the stream and to the model's own number."""

from __future__ import annotations

import pytest
import torch

from core.views.attribution import attribute, reader, rival_of, token_logits
from core.views.residual import writes
from tests.oracle import same


@pytest.mark.parametrize("position", [0, 7, -1])
def test_the_parts_add_up_to_the_stream_and_to_the_models_logit(engine, trace, watched, position):
    position %= trace.n_ctx
    parts = engine.view(writes, trace, position)
    same(parts.total, trace.resid[-1, position])
    for layer in range(trace.n_layer):
        same(parts.attn[layer], watched.outputs[f"transformer.h.{layer}.attn"][0, position])
        same(
            parts.mlp[layer] + parts.mlp_bias[layer],
            watched.outputs[f"transformer.h.{layer}.mlp"][0, position],
        )
    best, second = watched.logits[position].topk(2).indices.tolist()
    for asked in [(best, None), (best, second), (second, 11)]:
        got = attribute(parts, engine.view(reader, *asked))
        want = watched.logits[position, asked[0]].item()
        if asked[1] is not None:
            want -= watched.logits[position, asked[1]].item()
        assert got.total == pytest.approx(want, abs=1e-3)
    logits = engine.view(token_logits, trace, position, (best, second))
    same(logits, watched.logits[position, [best, second]])


def test_a_heads_share_is_what_is_lost_without_it(engine, trace, plain, watched):
    """Zero one head's slice before c_proj: the difference of the outputs is its share."""
    layer, head, position = 1, 2, trace.n_ctx - 1
    width = engine.shape.d_head
    module = plain.transformer.h[layer].attn.c_proj
    mixed = watched.inputs[f"transformer.h.{layer}.attn.c_proj"][0, position].clone()
    with torch.inference_mode():
        with_it = module(mixed[None])[0]
        mixed[head * width : (head + 1) * width] = 0
        without = module(mixed[None])[0]
    same(engine.view(writes, trace, position).heads[layer, head], with_it - without)


def test_the_rival_is_the_likeliest_other_token():
    assert rival_of(7, (7, 3, 9)) == 3
    assert rival_of(9, (7, 3, 9)) == 7
