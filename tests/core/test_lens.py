"""The layers page's numbers against plain transformers, its invariants, one worked example."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core import lens
from core.errors import OutOfRange

TEXT = "Once upon a time there was a king who had a beautiful daughter. The king"
TOLERANCE = 1e-4  # relative to the largest value


def same(ours, theirs) -> None:
    ours = np.asarray(ours, dtype=np.float64)
    theirs = np.asarray(theirs.detach() if hasattr(theirs, "detach") else theirs, dtype=np.float64)
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() <= TOLERANCE * max(np.abs(theirs).max(), 1e-9)


class Watched:
    """Inputs and outputs of every module of a plain transformers model, by name."""

    def __init__(self, model, ids) -> None:
        self.inputs, self.outputs = {}, {}

        def hook(name):
            def keep(_module, inputs, output):
                self.inputs[name] = inputs[0] if inputs else None
                self.outputs[name] = output[0] if isinstance(output, tuple) else output

            return keep

        handles = [m.register_forward_hook(hook(n)) for n, m in model.named_modules()]
        with torch.inference_mode():
            self.logits = model(input_ids=torch.tensor([ids])).logits[0]
        for handle in handles:
            handle.remove()


@pytest.fixture(scope="module", params=["storyteller", "tiny"])
def engine(request):
    return request.getfixturevalue(request.param)


@pytest.fixture(scope="module")
def trace(engine):
    return engine.trace(TEXT)


@pytest.fixture(scope="module")
def plain(engine, oracle_of):
    return oracle_of(engine.loaded.source)


@pytest.fixture(scope="module")
def watched(plain, trace):
    return Watched(plain, trace.token_ids)


@pytest.mark.parametrize("position", [0, 7, -1])
def test_a_block_opened_equals_the_modules_of_transformers(engine, trace, watched, position):
    position %= trace.n_ctx
    for layer in range(trace.n_layer):
        steps = engine.view(lens.block_steps, trace, layer, position)
        name = f"transformer.h.{layer}"
        same(steps.resid_pre, watched.inputs[name + ".ln_1"][0, position])
        same(steps.ln_1.out, watched.outputs[name + ".ln_1"][0, position])
        same(steps.attn, watched.outputs[name + ".attn"][0, position])
        same(steps.resid_mid, watched.inputs[name + ".ln_2"][0, position])
        same(steps.ln_2.out, watched.outputs[name + ".ln_2"][0, position])
        same(steps.hidden, watched.outputs[name + ".mlp.c_fc"][0, position])
        same(steps.active, watched.outputs[name + ".mlp.act"][0, position])
        same(lens.gelu_steps(steps.hidden).out, watched.outputs[name + ".mlp.act"][0, position])
        same(steps.mlp, watched.outputs[name + ".mlp"][0, position])
        same(steps.resid_post, watched.outputs[name][0, position])
        same(steps.resid_post, trace.resid[layer + 1, position])


def test_layer_norm_is_torchs_and_its_steps_follow_from_each_other():
    rng = np.random.default_rng(0)
    x, gain, bias = rng.normal(3, 5, (3, 40)).astype(np.float32)
    steps = lens.norm_steps(x, gain, bias, 1e-5)
    want = torch.nn.functional.layer_norm(
        *map(torch.tensor, (x,)), (40,), *map(torch.tensor, (gain, bias))
    )
    same(steps.out, want)
    assert steps.normed.mean() == pytest.approx(0, abs=1e-6)
    assert steps.normed.std() == pytest.approx(1, abs=1e-5)
    same(steps.centred / steps.deviation * gain + bias, steps.out)


def test_a_worked_layer_norm_and_gelu():
    steps = lens.norm_steps(np.array([1.0, 2, 3, 6]), np.ones(4), np.zeros(4), 0.0)
    assert (steps.mean, steps.variance) == (3.0, 3.5)
    assert steps.out[3] == pytest.approx(3 / 3.5**0.5)
    gelu = lens.gelu_steps(np.array([1.0, 0.0, -10.0]))
    # 0.5 (1 + tanh(0.79788 * 1.044715)) = 0.84119: the tanh form; the one with erf gives 0.84134.
    assert gelu.out == pytest.approx([0.84119, 0.0, 0.0], abs=5e-6)


def test_the_lens_is_ln_f_once_and_the_head_everywhere(engine, trace, plain, watched):
    got = engine.logit_lens(trace, watched=(262, 11))
    with torch.inference_mode():
        streams = [watched.inputs[f"transformer.h.{i}"][0] for i in range(trace.n_layer)]
        streams.append(watched.inputs["transformer.ln_f"][0])
        logits = plain.lm_head(plain.transformer.ln_f(torch.stack(streams)))
    probs = logits.double().softmax(-1)
    top = probs.topk(10)
    assert got.top_ids.shape == (trace.n_layer + 1, trace.n_ctx, 10)
    same(got.top_probs, top.values)
    same(np.take_along_axis(probs.numpy(), got.top_ids.astype(int), -1), top.values)
    same(got.entropy, -(probs * probs.log2()).sum(-1))
    same(got.watched_probs, probs[..., [262, 11]])
    ranks = np.stack([(logits > logits[..., [i]]).sum(-1) + 1 for i in (262, 11)], -1)
    # Two logits closer than rounding may change places.
    assert np.abs(got.watched_ranks - ranks).max() <= 2
    # The last row is the model's own answer, not one with a second ln_f.
    own = watched.logits.softmax(-1)
    same(got.top_probs[-1], own.topk(10).values)
    assert (got.top_ids[-1, :, 0] == own.argmax(-1).numpy()).all()


def test_the_lens_through_a_window_is_the_same(engine, trace):
    whole = engine.logit_lens(trace)
    part = engine.logit_lens(trace, 3, 8)
    assert (part.start, part.stop) == (3, 8)
    assert (part.top_ids == whole.top_ids[:, 3:8]).all()
    same(part.top_probs, whole.top_probs[:, 3:8])


def test_the_lens_keeps_no_logits(engine, trace):
    got = engine.logit_lens(trace)
    kept = sum(a.nbytes for a in (got.top_ids, got.top_probs, got.entropy))
    assert kept <= (trace.n_layer + 1) * trace.n_ctx * (10 * 8 + 4)
    with pytest.raises(ValueError, match="read-only"):
        got.top_probs[0, 0, 0] = 1.0


def test_when_a_place_has_settled():
    ids = np.array([[5, 1, 9], [5, 2, 9], [7, 2, 8], [7, 2, 9]])[..., None]
    empty = np.zeros((4, 3, 0))
    got = lens.LogitLens(0, ids, ids, ids, (), empty, empty)
    assert got.settled.tolist() == [2, 1, 3]


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 5),
    st.integers(1, 9_000),
    st.integers(1, 12),
    st.integers(0, 2**31),
    st.booleans(),
)
def test_the_largest_values_are_topks(rows, width, k, seed, many_ties):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(rows, width, generator=generator)
    if many_ties:
        logits = logits.round()
    values, places = lens.largest(logits, min(k, width))
    assert torch.equal(values, logits.topk(min(k, width)).values)
    assert torch.equal(logits.gather(1, places), values)
    assert all(len(set(row.tolist())) == len(row) for row in places)


@pytest.mark.parametrize("position", [0, 7, -1])
def test_the_parts_add_up_to_the_stream_and_to_the_models_logit(engine, trace, watched, position):
    position %= trace.n_ctx
    parts = engine.view(lens.writes, trace, position)
    same(parts.total, trace.resid[-1, position])
    for layer in range(trace.n_layer):
        same(parts.attn[layer], watched.outputs[f"transformer.h.{layer}.attn"][0, position])
        same(
            parts.mlp[layer] + parts.mlp_bias[layer],
            watched.outputs[f"transformer.h.{layer}.mlp"][0, position],
        )
    best, second = watched.logits[position].topk(2).indices.tolist()
    for asked in [(best, None), (best, second), (second, 11)]:
        got = lens.attribute(parts, engine.view(lens.reader, *asked))
        want = watched.logits[position, asked[0]].item()
        if asked[1] is not None:
            want -= watched.logits[position, asked[1]].item()
        assert got.total == pytest.approx(want, abs=1e-3)
    logits = engine.view(lens.token_logits, trace, position, (best, second))
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
    same(engine.view(lens.writes, trace, position).heads[layer, head], with_it - without)


@pytest.mark.parametrize("by", ["activation", "effect"])
def test_the_loudest_neurons_are_those_of_transformers(engine, trace, plain, watched, by):
    layer, position = trace.n_layer - 1, trace.n_ctx - 1
    got = engine.view(lens.neurons, trace, layer, position, 6, 5, by)
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


def test_one_token_is_enough(engine):
    trace = engine.trace(" king")
    got = engine.logit_lens(trace, watched=(0,))
    assert got.top_ids.shape[:2] == (trace.n_layer + 1, 1)
    assert engine.view(lens.block_steps, trace, 0, 0).attn.shape == (engine.shape.n_embd,)
    read = engine.view(lens.reader, int(got.top_ids[-1, 0, 0]))
    total = lens.attribute(engine.view(lens.writes, trace, 0), read).total
    assert total == pytest.approx(trace.logits.max(), abs=1e-3)
    assert engine.view(lens.neurons, trace, 0, 0).activations.shape[1] == 1


def test_a_whole_context(storyteller, oracle_of):
    rng = np.random.default_rng(1)
    ids = tuple(int(i) for i in rng.integers(0, 12_000, 1024))
    trace = storyteller.trace(ids)
    watched = Watched(oracle_of(storyteller.loaded.source), ids)
    steps = storyteller.view(lens.block_steps, trace, 3, 1023)
    same(steps.attn, watched.outputs["transformer.h.3.attn"][0, 1023])
    same(steps.mlp, watched.outputs["transformer.h.3.mlp"][0, 1023])
    got = storyteller.logit_lens(trace, 1020)
    same(got.top_probs[-1], watched.logits[1020:].softmax(-1).topk(10).values)
    best = int(got.top_ids[-1, -1, 0])
    parts = storyteller.view(lens.writes, trace, 1023)
    total = lens.attribute(parts, storyteller.view(lens.reader, best)).total
    assert total == pytest.approx(watched.logits[1023, best].item(), abs=1e-3)


def test_what_is_out_of_range_says_so(engine, trace):
    with pytest.raises(OutOfRange, match="no layer"):
        engine.view(lens.block_steps, trace, trace.n_layer, 0)
    for ask in (
        lambda: engine.view(lens.block_steps, trace, 0, trace.n_ctx),
        lambda: engine.view(lens.writes, trace, -1),
        lambda: engine.view(lens.neurons, trace, 0, 9_999),
        lambda: engine.logit_lens(trace, 5, 5_000),
        lambda: engine.logit_lens(trace, 5, 5),
        lambda: engine.view(lens.token_logits, trace, trace.n_ctx, (0,)),
    ):
        with pytest.raises(OutOfRange, match="no token"):
            ask()
    with pytest.raises(ValueError, match="watched"):
        engine.logit_lens(trace, watched=(60_000,))
    with pytest.raises(ValueError, match="token ids"):
        engine.view(lens.reader, 1, 50_257)
    with pytest.raises(ValueError, match="by must"):
        engine.view(lens.neurons, trace, 0, 0, 5, 5, "size")
