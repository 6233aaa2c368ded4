"""Heads and blocks switched off, and nobody else feels it."""

from __future__ import annotations

import threading

import numpy as np
import pytest
import torch

from core.errors import EmptyPrompt, OutOfRange, RequestFailed
from core.views.ablation import BLOCKS, MODES, ablated_logits, switched_off

TEXT = "Once there was a king. The king had a"


def by_hand(model, ids: tuple[int, ...], heads, d_head: int) -> np.ndarray:
    """The same by zeroing the heads' rows of c_proj's weights: no hooks at all."""
    kept = {}
    for layer, head in heads:
        weight = model.transformer.h[layer].attn.c_proj.weight
        kept.setdefault(layer, weight.detach().clone())
        with torch.no_grad():
            weight[head * d_head : (head + 1) * d_head] = 0
    try:
        with torch.no_grad():
            return model(torch.tensor([ids])).logits[0, -1].numpy()
    finally:
        for layer, weight in kept.items():
            with torch.no_grad():
                model.transformer.h[layer].attn.c_proj.weight.copy_(weight)


@pytest.mark.parametrize("heads", [{(1, 2)}, {(0, 0), (0, 3), (2, 1)}])
def test_zeroed_heads_equal_zeroed_weights(tiny, oracle_of, heads) -> None:
    ids = tiny.ids(TEXT)
    expected = by_hand(oracle_of(tiny.loaded.source), ids, sorted(heads), tiny.shape.d_head)
    found = tiny.view(ablated_logits, ids, frozenset(heads))
    assert np.allclose(found, expected, atol=1e-4)
    assert not np.allclose(found, tiny.trace(ids).logits, atol=1e-3)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("heads", "blocks"),
    [
        ({(0, 1)}, set()),
        ({(2, 3), (1, 0)}, set()),
        (set(), {(2, "mlp")}),
        ({(2, 0)}, {(1, "attn")}),
        (set(), set()),
    ],
)
def test_from_a_trace_it_is_the_same_and_what_lies_below_is_not_run(
    tiny, heads, blocks, mode
) -> None:
    trace = tiny.trace(tiny.ids(TEXT))
    off = frozenset(heads), frozenset(blocks), mode
    runs: list[int] = []
    handles = [
        block.register_forward_pre_hook(lambda *_a, layer=layer: runs.append(layer))
        for layer, block in enumerate(tiny.loaded.model.transformer.h)
    ]
    try:
        found = tiny.call(ablated_logits, trace, *off)
    finally:
        for handle in handles:
            handle.remove()
    first = min((layer for layer, _part in (*heads, *blocks)), default=3)
    assert runs == list(range(first, 3))
    expected = tiny.call(ablated_logits, trace.token_ids, *off)
    assert np.allclose(found, expected, atol=1e-4)
    assert not found.flags.writeable


def test_every_head_off_leaves_blocks_bias_and_mlp(tiny) -> None:
    ids = tiny.ids(TEXT)
    every = frozenset((i, h) for i in range(3) for h in range(4))
    found = tiny.view(ablated_logits, ids, every)
    assert np.isfinite(found).all()
    # Without attention the last position hears nothing of the others, only its own place.
    other = (*tiny.ids("Nothing like the other text at all")[: len(ids) - 1], ids[-1])
    other = (*((11,) * (len(ids) - len(other))), *other)
    assert len(other) == len(ids)
    assert np.allclose(found, tiny.call(ablated_logits, other, every), atol=1e-4)


def test_blocks_off_is_the_residual_alone(tiny) -> None:
    ids = tiny.ids(TEXT)
    everything = frozenset((i, b) for i in range(3) for b in BLOCKS)
    found = tiny.call(ablated_logits, ids, frozenset(), everything)
    model = tiny.loaded.model
    with torch.no_grad():
        last = torch.from_numpy(tiny.trace(ids).resid[0][-1].copy())
        expected = model.lm_head(model.transformer.ln_f(last)).numpy()
    assert np.allclose(found, expected, atol=1e-4)


def test_mean_keeps_the_average(tiny) -> None:
    one = tiny.ids(TEXT)[:1]
    off = frozenset({(1, 1), (2, 3)})
    same = tiny.call(ablated_logits, one, off, frozenset(), "mean")
    assert np.allclose(same, tiny.trace(one).logits, atol=1e-4)
    ids = tiny.ids(TEXT)
    mean = tiny.call(ablated_logits, ids, off, frozenset(), "mean")
    zero = tiny.call(ablated_logits, ids, off, frozenset(), "zero")
    assert not np.allclose(mean, zero, atol=1e-4)
    assert not np.allclose(mean, tiny.trace(ids).logits, atol=1e-4)


def test_nobody_else_feels_it(tiny) -> None:
    ids = tiny.ids(TEXT)
    whole = tiny.call(ablated_logits, ids)
    off = frozenset((i, h) for i in range(3) for h in range(4))
    without = tiny.call(ablated_logits, ids, off)
    seen: list[tuple[str, np.ndarray]] = []

    def ask(name: str, heads: frozenset) -> None:
        for _round in range(8):
            seen.append((name, tiny.call(ablated_logits, ids, heads)))

    threads = [
        threading.Thread(target=ask, args=args)
        for args in (("whole", frozenset()), ("without", off)) * 3
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 48
    for name, logits in seen:
        assert np.array_equal(logits, whole if name == "whole" else without)


def test_hooks_go_away_even_after_a_failure(tiny) -> None:
    ids = tiny.ids(TEXT)
    before = tiny.call(ablated_logits, ids)

    def fail(loaded):
        with switched_off(loaded, frozenset({(0, 0)})):
            raise RuntimeError("in the middle")

    with pytest.raises(RequestFailed):
        tiny.call(fail)
    assert np.array_equal(tiny.call(ablated_logits, ids), before)


def test_bad_input(tiny) -> None:
    for head, problem in (((3, 0), "no layer 3"), ((0, 4), "no head 4"), ((-1, 0), "no layer -1")):
        with pytest.raises(OutOfRange, match=problem):
            tiny.call(ablated_logits, (1, 2), frozenset({head}))
    with pytest.raises(OutOfRange, match="no layer"):
        tiny.call(ablated_logits, (1, 2), frozenset(), frozenset({(9, "mlp")}))
    with pytest.raises(ValueError, match="block"):
        ablated_logits(tiny.loaded, (1, 2), frozenset(), frozenset({(0, "head")}))
    with pytest.raises(ValueError, match="mode"):
        ablated_logits(tiny.loaded, (1, 2), frozenset(), frozenset(), "median")
    with pytest.raises(EmptyPrompt):
        tiny.call(ablated_logits, ())
