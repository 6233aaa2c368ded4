"""Patterns against transformers' eager attention, and the paper's formula."""

from __future__ import annotations

import copy
import threading

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.views.attention import attend, layer_attention
from core.views.attention_frugal import layer_pattern
from core.views.head_steps import head_rows
from core.views.sink import sink
from tests.core.views.heads import STORY, eager, steps_of

LONG = tuple(int(i) for i in np.random.default_rng(0).integers(0, 50257, 1024))


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
            layer_pattern(storyteller.loaded, trace, layer),  # the grid and rollout
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
        found = tiny.call(layer_attention, trace, layer)
        assert not np.triu(found.pattern, 1).any()
        assert np.allclose(found.pattern.sum(-1), 1, atol=1e-5)
        scores = found.scores(2)
        assert np.isneginf(scores[~np.tri(len(ids), dtype=bool)]).all()
        powers = np.exp(scores - scores.max(-1, keepdims=True))
        assert np.allclose(powers / powers.sum(-1, keepdims=True), found.pattern[2], atol=1e-5)
        assert np.allclose(found.scores(2, [0, len(ids) - 1]), scores[[0, -1]], atol=1e-5)
        some = found.weights(2, [0, len(ids) - 1])
        assert np.allclose(some, found.pattern[2][[0, -1]], atol=1e-6)


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
            sink(first, tiny.view(head_rows, 1, head), head)
        assert runs == []
        tiny.attention(trace, 2)  # another layer: that one alone, and not the model
        assert runs == []
    finally:
        handle.remove()


def test_two_prompts_at_once_do_not_mix(tiny) -> None:
    texts = [STORY, "A different prompt altogether, with other words.", "One", STORY + " The end"]
    expected = {t: layer_pattern(tiny.loaded, tiny.trace(t), 1) for t in texts}
    wrong: list[str] = []

    def look(text: str) -> None:
        found = tiny.view(layer_pattern, tiny.trace(text), 1)
        if not np.array_equal(found, expected[text]):
            wrong.append(text)

    threads = [threading.Thread(target=look, args=(t,)) for t in texts * 4]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_formula_by_hand() -> None:
    # Two tokens of one number each. The second one's scores are 2 and 2 ln 3 over 2: shares 1 to 3
    # would need a lead of ln 3, which is what dividing by 2 leaves.
    q = np.array([[5.0], [2.0]])
    k = np.array([[0.0], [np.log(3.0)]])
    v = np.array([[4.0], [8.0]])
    scores, pattern, z = attend(q, k, v, 0.5)
    assert scores.tolist() == [[0.0, -np.inf], [0.0, pytest.approx(np.log(3.0))]]
    assert pattern == pytest.approx(np.array([[1.0, 0.0], [0.25, 0.75]]))
    assert z == pytest.approx(np.array([[4.0], [7.0]]))
    alone = attend(q, k, v, 0.5, [1])
    for whole, row in zip((scores, pattern, z), alone, strict=True):
        assert (whole[1:] == row).all()


@pytest.mark.parametrize("n_ctx", [1, 5, 40])
def test_all_heads_at_once_and_each_alone_are_the_formula(tiny, n_ctx) -> None:
    found = tiny.attention(tiny.trace(LONG[:n_ctx]), 1)
    scores, pattern, z = attend(found.q, found.k, found.v, found.scaling)
    assert np.allclose(pattern, found.pattern, atol=1e-6)
    for head in range(tiny.shape.n_head):
        assert np.allclose(scores[head], found.scores(head), atol=1e-5)
        assert np.allclose(z[head], found.weights(head) @ found.v[head], atol=1e-5)
