"""The layers page's numbers against plain transformers, its invariants, one worked example."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from core.engine.engine import Engine
from core.errors import OutOfRange
from core.model.load import load_model
from core.tokens.tokenizer import encode
from core.views import lens
from core.views.ablation import ablated_logits

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


@pytest.fixture(scope="module")
def on_disk(tiny_folder):
    """The tiny model with two of its three blocks on disk, brought in by accelerate."""
    whole = load_model(str(tiny_folder))
    block = next(p.n_bytes for p in whole.placement if p.block == "h.0")
    rest = sum(p.n_bytes for p in whole.placement if not p.block.startswith("h."))
    loaded = load_model(str(tiny_folder), max_memory={"cpu": rest + block + block // 2})
    assert [p.device for p in loaded.placement].count("disk") == 2
    engine = Engine(loaded)
    yield engine
    engine.close()


@pytest.fixture(scope="module", params=["storyteller", "tiny", "on_disk"])
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


def test_the_block_as_a_table(tiny):
    steps = tiny.view(lens.block_steps, tiny.trace(TEXT), 1, 2)
    rows = lens.block_rows(steps)
    assert len(rows) == sum(len(v) for v in steps.stations.values())
    last = [r["value"] for r in rows if r["vector"] == "resid_post"]
    assert last == pytest.approx(steps.resid_post)


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


def test_the_head_meets_a_few_rows_at_a_time(engine, trace):
    """Memory does not grow with layers x vocabulary: no call makes more logits than this."""
    rows = []
    handle = engine.loaded.model.lm_head.register_forward_hook(
        lambda _module, _inputs, out: rows.append(out.shape[:-1].numel())
    )
    try:
        engine.view(lens.logit_lens, trace, 0, None, 7, (3,))
    finally:
        handle.remove()
    assert sum(rows) == (trace.n_layer + 1) * trace.n_ctx
    assert max(rows) <= lens.LENS_ROWS


def test_the_lens_as_a_table(tiny):
    trace = tiny.trace(TEXT)
    got = tiny.logit_lens(trace, 2, 4, top=3, watched=(262,))
    rows = lens.lens_rows(got, encode(tiny.tokenizer, TEXT, 1000), str)
    places = (trace.n_layer + 1) * 2
    assert len(rows) == places * 4
    last = [r for r in rows if (r["row"], r["position"]) == (trace.n_layer, 3)]
    assert [r["kind"] for r in last] == ["top"] * 3 + ["watched"]
    assert [r["probability"] for r in last[:3]] == pytest.approx(got.top_probs[-1, 1])
    assert (last[3]["rank"], last[3]["name"]) == (got.watched_ranks[-1, 1, 0], "262")
    assert {r["token"] for r in rows} == {" a", " time"}


def test_the_tokens_that_a_word_to_watch_stands_for(tiny):
    def asked(word):
        options = lens.watch_options(tiny.tokenizer, word)
        return [t.data.decode() for t in options], lens.n_pieces(options, word)

    assert asked(" king") == ([" king"], 1)
    assert asked("king") == ([" king", "king"], 1)
    pieces, n = asked("Wimbleton")
    assert "".join(pieces) == " Wimbleton"
    assert n == len(pieces) > 1
    assert lens.watch_options(tiny.tokenizer, "  ") == ()


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


def test_the_heads_of_a_layer_at_one_token(engine, trace, plain, watched):
    layer, position = trace.n_layer - 1, trace.n_ctx - 2
    got = engine.view(lens.heads_at, trace, layer, position)
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


def test_all_blocks_left_out_is_the_embedding_through_the_head(engine, trace, plain, watched):
    blocks = frozenset((i, part) for i in range(trace.n_layer) for part in ("attn", "mlp"))
    got = engine.view(ablated_logits, trace.token_ids, frozenset(), blocks)
    with torch.inference_mode():
        embedded = watched.inputs["transformer.h.0.ln_1"][0, -1]
        same(got, plain.lm_head(plain.transformer.ln_f(embedded)))
    # That is the lens's first row.
    first = engine.logit_lens(trace, trace.n_ctx - 1, top=1)
    assert got.argmax() == first.top_ids[0, 0, 0]


def test_what_each_part_is_worth_is_measured_on_the_whole_model(engine, trace, plain):
    layer, ids = 1, trace.token_ids
    with torch.inference_mode():
        whole = plain(torch.tensor([ids])).logits[0, -1].double().log_softmax(-1)
        handle = plain.transformer.h[layer].mlp.register_forward_hook(
            lambda _module, _inputs, out: torch.zeros_like(out)
        )
        without = plain(torch.tensor([ids])).logits[0, -1].double().log_softmax(-1)
        handle.remove()
    bits = float((whole.exp() * (whole - without)).sum() / np.log(2))
    assert engine.view(lens.skip_cost, ids, layer, "mlp") == pytest.approx(bits, rel=1e-3)


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
