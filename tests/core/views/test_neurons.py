"""The loudest neurons against plain transformers."""

from __future__ import annotations

import pytest
import torch

from core.views.neurons import neurons
from tests.oracle import same


@pytest.mark.parametrize("by", ["activation", "effect"])
def test_the_loudest_neurons_are_those_of_transformers(engine, trace, plain, watched, by):
    layer, position = trace.n_layer - 1, trace.n_ctx - 1
    got = engine.view(neurons, trace, layer, position, 6, 5, by)
    active = watched.outputs[f"transformer.h.{layer}.mlp.act"][0]
    rows = plain.transformer.h[layer].mlp.c_proj.weight.detach()
    same(got.all_active, active[position])
    same(got.activations, active[:, got.neurons.astype(int)].T)
    strength = active[position] * (1 if by == "activation" else rows.norm(dim=-1))
    order = strength if by == "activation" else strength.abs()
    same(order[got.neurons.astype(int)], order.topk(6).values)
    # A neuron's direct effect: the logits with its vector, less those without, ln_f's scale held.
    final = plain.transformer.ln_f
    stream = watched.inputs["transformer.ln_f"][0, position]
    with torch.inference_mode():
        vector = active[position, got.neurons[0]] * rows[got.neurons[0]]
        scale = (stream.var(unbiased=False) + final.eps).sqrt()
        effect = ((vector - vector.mean()) / scale * final.weight) @ plain.lm_head.weight.T
        effect -= effect.mean()
    same(got.promoted[0], effect.topk(5).values)
    same(effect[got.suppressed_ids[0].astype(int)], -(-effect).topk(5).values)
    assert got.n_firing == int((active[position] > 0).sum())
