"""Patterns against transformers' eager attention, and every step from them."""

from __future__ import annotations

import copy
import threading

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import OutOfRange
from core.views import attention
from core.views.heads import token_kinds

STORY = "Once there was a king. The king had a cat, and the cat had a king."
LONG = tuple(int(i) for i in np.random.default_rng(0).integers(0, 50257, 1024))


def eager(oracle_of, engine, ids: tuple[int, ...]):
    with torch.no_grad():
        return oracle_of(engine.loaded.source)(torch.tensor([ids]), output_attentions=True)


@pytest.mark.parametrize("ids", [(11,), tuple(range(100, 148)), LONG], ids=["one", "48", "1024"])
def test_patterns_equal_eager_attention(storyteller, oracle_of, ids) -> None:
    trace = storyteller.trace(ids)
    out = eager(oracle_of, storyteller, ids)
    if len(ids) == 1024:
        with torch.no_grad():
            double = copy.deepcopy(oracle_of(storyteller.loaded.source)).double()
            precise = double(torch.tensor([ids]), output_attentions=True).attentions
    for layer, expected in enumerate(out.attentions):
        for found in (
            attention.layer_pattern(storyteller.loaded, trace, layer),  # the grid and rollout
            storyteller.attention(trace, layer).pattern,  # one head
        ):
            assert np.abs(found.sum(-1) - 1).max() < 1e-5
            if len(ids) < 1024:
                assert np.abs(found - expected[0].numpy()).max() < 1e-5
                continue
            # Over 1,024 random tokens two orders of adding in float32 differ by 2e-5 themselves:
            # the exact pattern, in float64, must be as near as float32 comes to it.
            exact = precise[layer][0].numpy()
            rounding = np.abs(expected[0].numpy() - exact).max()
            assert np.abs(found - exact).max() < max(1e-5, 4 * rounding)


@given(ids=st.lists(st.integers(0, 50256), min_size=1, max_size=24))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_nothing_looks_at_the_future(tiny, ids: list[int]) -> None:
    trace = tiny.trace(ids)
    for layer in range(tiny.shape.n_layer):
        found = tiny.call(attention.layer_attention, trace, layer)
        assert not np.triu(found.pattern, 1).any()
        assert np.allclose(found.pattern.sum(-1), 1, atol=1e-5)
        scores = found.scores(2)
        assert np.isneginf(scores[~np.tri(len(ids), dtype=bool)]).all()
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        assert np.allclose(powers / powers.sum(-1, keepdims=True), found.pattern[2], atol=1e-5)
        assert np.allclose(found.scores(2, [0, len(ids) - 1]), scores[[0, -1]], atol=1e-5)
        some = found.weights(2, [0, len(ids) - 1])
        assert np.allclose(some, found.pattern[2][[0, -1]], atol=1e-6)


def test_heads_are_made_a_few_at_a_time(tiny, monkeypatch) -> None:
    trace = tiny.trace(STORY)
    together = tiny.call(attention.all_layers, trace)
    summary = tiny.call(attention.layer_summary, trace, 1)
    monkeypatch.setattr(attention, "_CELLS", 3 * trace.n_ctx**2)  # of four heads three, then one
    again = tiny.call(attention.all_layers, trace)
    assert np.allclose(again.rollout, together.rollout, atol=1e-6)
    assert np.allclose(again.largest, together.largest, atol=1e-6)
    some = tiny.call(attention.layer_summary, trace, 1)
    assert np.allclose(some.largest, summary.largest, atol=1e-6)
    assert np.allclose(some.average, summary.average, atol=1e-6)
    assert some.tally.queries == summary.tally.queries
    for kind, weight in summary.tally.weight.items():
        assert np.allclose(some.tally.weight[kind], weight, atol=1e-5)


def test_arrays_cannot_be_written(tiny) -> None:
    found = tiny.attention(tiny.trace(STORY), 0)
    for array in (found.q, found.k, found.v, found.resid_norms):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_another_head_of_the_same_layer_runs_nothing(tiny, monkeypatch) -> None:
    trace = tiny.trace(STORY)
    first = tiny.attention(trace, 1)
    runs: list[str] = []
    monkeypatch.setattr(tiny.loaded.model, "forward", lambda *a, **k: runs.append("forward"))
    handle = tiny.loaded.model.transformer.h[1].attn.c_attn.register_forward_hook(
        lambda *a: runs.append("c_attn")
    )
    try:
        assert tiny.attention(trace, 1) is first
        assert runs == []
        for head in range(tiny.shape.n_head):
            steps_of(tiny, trace, 1, head, 3)
            attention.sink(first, tiny.view(attention.head_rows, 1, head), head)
        assert runs == []
        tiny.attention(trace, 2)  # another layer: that one alone, and not the model
        assert runs == []
    finally:
        handle.remove()


def steps_of(engine, trace, layer: int, head: int, query: int) -> attention.HeadSteps:
    rows = engine.call(attention.head_rows, layer, head)
    return attention.head_steps(engine.attention(trace, layer), rows, head, query)


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
    assert attention.products(one, 3).sum() == pytest.approx(one.dots[3], rel=1e-4)
    assert one.scores[3] == pytest.approx(one.dots[3] / np.sqrt(tiny.shape.d_head), rel=1e-5)
    assert one.weights[query + 1 :].sum() == 0
    assert one.weights.sum() == pytest.approx(1, abs=1e-6)


def test_rollout_mean_and_largest(tiny, oracle_of) -> None:
    ids = tiny.ids(STORY)
    found = tiny.view(attention.all_layers, tiny.trace(ids))
    stacked = torch.cat(eager(oracle_of, tiny, ids).attentions).numpy()  # layer, head, q, k
    rollout = np.eye(len(ids))
    for layer in stacked:
        rollout = (0.5 * layer.mean(0) + 0.5 * np.eye(len(ids))) @ rollout
    assert np.allclose(found.rollout, rollout, atol=1e-5)
    assert np.allclose(found.mean, stacked.mean((0, 1)), atol=1e-5)
    assert np.allclose(found.largest, stacked.max((0, 1)), atol=1e-5)
    assert np.allclose(found.rollout.sum(-1), 1, atol=1e-5)


def test_pooling_keeps_a_thin_stripe_and_the_average() -> None:
    pattern = np.zeros((1, 100, 100), dtype=np.float32)
    pattern[0, :, 0] = 1.0
    largest, average = attention.pooled(pattern, 10)
    assert largest.shape == (1, 10, 10)
    assert (largest[0, :, 0] == 1.0).all()
    assert average[0, 9, 0] == pytest.approx(0.1)
    # The first folded cell: 55 cells of the past, ten of them one.
    assert average[0, 0, 0] == pytest.approx(10 / 55)
    small = np.eye(3, dtype=np.float32)[None]
    assert attention.pooled(small, 10)[0] is small


def test_summary_and_fixed_set_measure_what_head_scores_measures(tiny) -> None:
    from core.views import heads

    trace = tiny.trace(STORY)
    summary = tiny.view(attention.layer_summary, trace, 1)
    pattern = tiny.attention(trace, 1).pattern
    direct = heads.head_scores(pattern, trace.token_ids, token_kinds(trace.pieces))
    assert np.allclose(heads.scores_of(summary.tally)["previous"], direct["previous"])
    text = attention.FIXED_SET[0]
    tallies = tiny.view(attention.fixed_tallies, text)
    again = tiny.attention(tiny.trace(text), 2).pattern
    expected = heads.head_scores(again, tiny.ids(text)[: tiny.shape.n_ctx])
    assert np.allclose(heads.scores_of(tallies[2])["induction"], expected["induction"])


def test_every_fixed_text_fits_and_every_kind_can_be_seen(tiny) -> None:
    total = [tiny.view(attention.fixed_tallies, text)[0] for text in attention.FIXED_SET]
    assert all(sum(t.queries[k] for t in total) > 10 for k in total[0].queries)


def test_sink_numbers(tiny) -> None:
    trace = tiny.trace(STORY)
    layer, rows = tiny.attention(trace, 1), tiny.view(attention.head_rows, 1, 2)
    found = attention.sink(layer, rows, 2)
    assert found.weight == pytest.approx(layer.pattern[2, 1:, 0].mean(), abs=1e-6)
    assert found.value_norm == pytest.approx(np.linalg.norm(layer.v[2, 0]), rel=1e-5)
    # Each token's part of what is written: its weighted value vector through this head's rows.
    parts = np.linalg.norm((layer.pattern[2][:, :, None] * layer.v[2]) @ rows, axis=-1)[1:]
    assert found.written == pytest.approx((parts[:, 0] / parts.sum(-1)).mean(), abs=1e-5)
    two = attention.sink(tiny.attention(tiny.trace(trace.token_ids[:2]), 1), rows, 2)
    lead = layer.scores(2)[1, 0] - layer.scores(2)[1, 1]
    assert two.score_lead == pytest.approx(lead, abs=1e-4)
    steps = steps_of(tiny, trace, 1, 2, 5)
    assert np.allclose(steps.written, [*parts[4]], atol=1e-5)
    assert attention.sink(tiny.attention(tiny.trace((5,)), 1), rows, 2) is None


def test_out_of_range_names_the_cure(tiny) -> None:
    trace = tiny.trace(STORY)
    for layer, head, query in ((3, 0, 0), (-1, 0, 0), (0, 4, 0), (0, 0, 99)):
        with pytest.raises(OutOfRange, match="to"):
            steps_of(tiny, trace, layer, head, query)


def test_keys_to_show_never_drop_weight(tiny) -> None:
    trace = tiny.trace(STORY)
    steps = steps_of(tiny, trace, 0, 0, 12)
    shown, left_out, rest = attention.keys_to_show(steps, 3, most=6)
    assert 3 in shown
    assert 12 in shown
    assert 13 in shown  # one of the future, to show the mask
    assert len(shown) == 6
    assert left_out == 13 - 5
    assert steps.weights[shown].sum() + rest == pytest.approx(1, abs=1e-6)


def test_formulas_hold_the_numbers(tiny) -> None:
    steps = steps_of(tiny, tiny.trace(STORY), 1, 1, 8)
    text = attention.formulas(steps, 4)
    for number in (f"{steps.dots[4]:.2f}", f"{steps.scores[4]:.2f}"):
        assert number in text
    assert f"{100 * steps.weights[4]:.1f}" in text
    assert "the future" in attention.formulas(steps, 9)


def test_two_prompts_at_once_do_not_mix(tiny) -> None:
    texts = [STORY, "A different prompt altogether, with other words.", "One", STORY + " The end"]
    expected = {t: attention.layer_pattern(tiny.loaded, tiny.trace(t), 1) for t in texts}
    wrong: list[str] = []

    def look(text: str) -> None:
        found = tiny.view(attention.layer_pattern, tiny.trace(text), 1)
        if not np.array_equal(found, expected[text]):
            wrong.append(text)

    threads = [threading.Thread(target=look, args=(t,)) for t in texts * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
