"""One block, opened, against the modules of plain transformers."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.block import block_rows, block_steps
from core.views.gelu import gelu_steps
from core.views.heads_at import heads_at
from tests.oracle import TEXT, same


@pytest.mark.parametrize("position", [0, 7, -1])
def test_a_block_opened_equals_the_modules_of_transformers(engine, trace, watched, position):
    position %= trace.n_ctx
    for layer in range(trace.n_layer):
        steps = engine.view(block_steps, trace, layer, position)
        name = f"transformer.h.{layer}"
        same(steps.resid_pre, watched.inputs[name + ".ln_1"][0, position])
        same(steps.ln_1.out, watched.outputs[name + ".ln_1"][0, position])
        same(steps.attn, watched.outputs[name + ".attn"][0, position])
        same(steps.resid_mid, watched.inputs[name + ".ln_2"][0, position])
        same(steps.ln_2.out, watched.outputs[name + ".ln_2"][0, position])
        same(steps.hidden, watched.outputs[name + ".mlp.c_fc"][0, position])
        same(steps.active, watched.outputs[name + ".mlp.act"][0, position])
        same(gelu_steps(steps.hidden).out, watched.outputs[name + ".mlp.act"][0, position])
        same(steps.mlp, watched.outputs[name + ".mlp"][0, position])
        same(steps.resid_post, watched.outputs[name][0, position])
        same(steps.resid_post, trace.resid[layer + 1, position])


def test_the_block_as_a_table(tiny):
    steps = tiny.view(block_steps, tiny.trace(TEXT), 1, 2)
    rows = block_rows(steps)
    assert len(rows) == sum(len(v) for v in steps.stations.values())
    last = [r["value"] for r in rows if r["vector"] == "resid_post"]
    assert last == pytest.approx(steps.resid_post)


def test_the_heads_of_a_layer_at_one_token(engine, trace, plain, watched):
    layer, position = trace.n_layer - 1, trace.n_ctx - 2
    got = engine.view(heads_at, trace, layer, position)
    with torch.inference_mode():
        ids = torch.tensor([trace.token_ids])
        seen = plain(ids, output_attentions=True).attentions[layer][0, :, position]
        mixed = watched.inputs[f"transformer.h.{layer}.attn.c_proj"][0, position]
        parts = mixed.view(engine.shape.n_head, 1, -1)
        weight = plain.transformer.h[layer].attn.c_proj.weight
        added = (parts @ weight.view(engine.shape.n_head, parts.shape[-1], -1))[:, 0]
    same(got.lengths, added.norm(dim=-1))
    same(got.weights, seen.max(-1).values)
    same(seen.numpy()[np.arange(len(seen)), got.looks_at], seen.max(-1).values)
