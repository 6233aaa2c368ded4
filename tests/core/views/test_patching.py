"""Patches and the knob, held against a loop of hooks over transformers' eager model."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from core.errors import OutOfRange
from core.views import patching_frugal
from core.views.ablation import ablated_logits
from core.views.patching import (
    KINDS,
    Aligned,
    aligned,
    all_at_once,
    patch_change,
    patch_shares,
    patched_logits,
    places,
    share,
    words_apart,
)
from core.views.softmax import softmax
from core.views.steering import direction, steered_change, steered_logits

A = "There were three dogs in the garden, and the dogs"
B = "There was one dog in the garden, and the dog"
LONGER = "There was only one old dog in the garden, and the dog"


def run(model, ids, module=None, hook=None) -> torch.Tensor:
    handle = module.register_forward_hook(hook) if module is not None else None
    try:
        with torch.no_grad():
            return model(torch.tensor([ids])).logits[0, -1]
    finally:
        if handle is not None:
            handle.remove()


def seen(model, ids, module, at_input: bool) -> torch.Tensor:
    """What enters or leaves a module in a plain run; shape (n_ctx, n_embd)."""
    kept = []

    def keep(_module, inputs, output):
        kept.append(inputs[0] if at_input else first(output))

    run(model, ids, module, keep)
    return kept[0][0].clone()


def first(output):
    return output[0] if isinstance(output, tuple) else output


def module_of(model, layer: int, kind: str):
    """Whose input (of the whole vector) or output is patched."""
    blocks = model.transformer.h
    if kind != "resid":
        return getattr(blocks[layer], kind)
    return blocks[layer] if layer < len(blocks) else model.transformer.ln_f


def naive(model, b, module, vector, ours: int, kind: str) -> np.ndarray:
    """One pass over all of B with one vector replaced: nothing is shared with another cell."""
    if kind == "resid":

        def before(_module, inputs):
            x = inputs[0].clone()
            x[0, ours] = vector
            return (x, *inputs[1:])

        handle = module.register_forward_pre_hook(before)
        try:
            return run(model, b).numpy()
        finally:
            handle.remove()

    def after(_module, _inputs, output):
        x = first(output).clone()
        x[0, ours] = vector
        return (x, *output[1:]) if isinstance(output, tuple) else x

    return run(model, b, module, after).numpy()


@pytest.mark.parametrize("which", ["storyteller", "tiny", "on_disk"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("other", [B, LONGER])
def test_patches_are_those_of_a_naive_loop(request, oracle_of, which, kind, other) -> None:
    engine = request.getfixturevalue(which)
    model = oracle_of(engine.loaded.source)
    a, b = engine.trace(A), engine.trace(other)
    pairs = places(aligned(a.token_ids, b.token_ids), 24)
    assert pairs
    for layer in range(engine.shape.n_layer + (kind == "resid")):
        got = engine.call(patched_logits, a, b, layer, pairs, kind)
        module = module_of(model, layer, kind)
        vectors = seen(model, a.token_ids, module, at_input=kind == "resid")
        want = np.stack([naive(model, b.token_ids, module, vectors[j], i, kind) for i, j in pairs])
        assert np.abs(got - want).max() <= 1e-4 * np.abs(want).max()


@pytest.mark.parametrize("rows", [1, 7, 1024])
def test_how_many_rows_go_at_once_changes_nothing(tiny, monkeypatch, rows) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    pairs = places(aligned(a.token_ids, b.token_ids), 24)
    want = tiny.call(patched_logits, a, b, 1, pairs, "resid")
    monkeypatch.setattr(patching_frugal, "BATCH_ROWS", rows)
    got = tiny.call(patched_logits, a, b, 1, pairs, "resid")
    assert np.allclose(got, want, atol=1e-4)


def test_only_the_layers_above_are_run_and_nobody_feels_it(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    plain = tiny.call(ablated_logits, b.token_ids)
    kept = {name: value.clone() for name, value in tiny.loaded.model.state_dict().items()}
    ran = []
    handles = [
        block.ln_2.register_forward_hook(lambda *_a, layer=layer: ran.append(layer))
        for layer, block in enumerate(tiny.loaded.model.transformer.h)
    ]
    try:
        tiny.call(patched_logits, a, b, 1, ((2, 2), (3, 3)), "resid")
    finally:
        for handle in handles:
            handle.remove()
    assert ran == [1, 2]
    for kind in KINDS:
        tiny.call(patched_logits, a, b, 1, ((2, 2),), kind)
    assert np.array_equal(tiny.call(ablated_logits, b.token_ids), plain)
    for name, value in tiny.loaded.model.state_dict().items():
        assert torch.equal(value, kept[name])


@pytest.mark.parametrize("which", ["storyteller", "tiny", "on_disk"])
def test_the_ends_of_the_grid_are_known(request, which) -> None:
    engine = request.getfixturevalue(which)
    a, b = engine.trace(A), engine.trace(B)
    found = aligned(a.token_ids, b.token_ids)
    assert engine.call(all_at_once, a, b, found) == pytest.approx(1.0, abs=1e-3)
    last = (b.n_ctx - 1, a.n_ctx - 1)
    n_layer = engine.shape.n_layer
    top = engine.call(patch_shares, a, b, ((n_layer, 0, 0), (n_layer, *last)), "resid")
    assert top == pytest.approx([0.0, 1.0], abs=1e-3)  # what leaves the last layer is the answer
    same = tuple((1, i, i) for i in range(found.start))  # before the first difference: no change
    assert engine.call(patch_shares, a, b, same, "resid") == pytest.approx(0.0, abs=1e-3)


def test_a_cell_in_words(storyteller) -> None:
    a, b = storyteller.trace(A), storyteller.trace(B)
    pair = (b.n_ctx - 1, a.n_ctx - 1)
    found = storyteller.view(patch_change, a, b, storyteller.shape.n_layer, pair, "resid")
    assert (found.best_before, found.best_after) == (b.logits.argmax(), a.logits.argmax())
    assert found.after == pytest.approx(softmax(a.logits)[found.token_ids], abs=1e-4)


def test_share_and_words_by_hand() -> None:
    a, b = np.array([3.0, 1.0, 0.0]), np.array([0.0, 2.0, 0.0])
    assert words_apart(a, b) == (0, 1)
    half = np.array([0.5, 0.5, 9.0])  # 0 of a way from -2 to 2
    assert share(np.stack([a, b, half]), a, b) == pytest.approx([1.0, 0.0, 0.5])
    assert np.isnan(share(half, a, a))


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ((1, 2, 3), (1, 9, 3), Aligned(1, 1, ((0, 0), (1, 1), (2, 2)))),
        ((1, 2, 3), (1, 8, 9, 3), Aligned(1, 1, ((0, 0), (2, 1), (3, 2)))),
        ((1, 8, 9, 3), (1, 2, 3), Aligned(1, 1, ((0, 0), (1, 2), (2, 3)))),
        ((1, 2), (1, 2, 3), Aligned(1, 0, ((0, 0), (2, 1)))),
        ((1, 1, 1), (1, 1), Aligned(1, 1, ((0, 0), (1, 2)))),
        ((1,), (2,), Aligned(0, 0, ((0, 0),))),
        ((1, 2), (1, 2), Aligned(2, 0, ((0, 0), (1, 1)))),
    ],
)
def test_texts_are_laid_side_by_side_from_both_ends(a, b, expected) -> None:
    found = aligned(a, b)
    assert found == expected
    if a != b:
        assert found.pairs[-1] == (len(b) - 1, len(a) - 1)


def test_of_many_places_the_first_and_the_last() -> None:
    found = aligned((7, *range(100)), (8, *range(100)))
    assert places(found, 4) == ((0, 0), (1, 1), (99, 99), (100, 100))
    assert places(aligned((1, 2), (1, 2)), 4) == ()


def test_what_is_not_there_is_refused(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    refused = partial(tiny.call, patched_logits, a, b)
    for layer, pair, kind in ((4, (0, 0), "resid"), (3, (0, 0), "mlp"), (0, (99, 0), "attn")):
        with pytest.raises(OutOfRange):
            refused(layer, (pair,), kind)
    with pytest.raises(ValueError, match="kind"):
        refused(0, ((0, 0),), "head")


# --- the knob ------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["storyteller", "tiny", "on_disk"])
@pytest.mark.parametrize("factor", [-3.0, 0.5, 3.0])
def test_the_knob_is_that_of_a_hook(request, oracle_of, which, factor) -> None:
    engine = request.getfixturevalue(which)
    model = oracle_of(engine.loaded.source)
    text, a, b = (engine.trace(t) for t in ("The old man saw a", A, LONGER))
    for layer in range(engine.shape.n_layer):
        module = model.transformer.h[layer]
        up, down = (seen(model, t.token_ids, module, at_input=True)[-1] for t in (a, b))

        def turn(_module, inputs, by=factor * (up - down)):
            x = inputs[0].clone()
            x[0, -1] += by
            return (x, *inputs[1:])

        handle = module.register_forward_pre_hook(turn)
        want = run(model, text.token_ids).numpy()
        handle.remove()
        got = engine.view(steered_logits, text, a, b, layer, factor)
        assert np.abs(got - want).max() <= 1e-4 * np.abs(want).max()
        assert not got.flags.writeable


def test_the_knob_at_nought_and_one(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    assert np.array_equal(tiny.view(steered_logits, b, a, b, 1, 0.0), b.logits)
    whole = tiny.view(patched_logits, a, b, 1, ((b.n_ctx - 1, a.n_ctx - 1),), "resid")[0]
    assert tiny.view(steered_logits, b, a, b, 1, 1.0) == pytest.approx(whole, abs=1e-4)
    assert direction(a, b, 0).shape == (tiny.shape.n_embd,)
    found = tiny.view(steered_change, b, a, b, 1, 0.0)
    assert found.divergence == 0
    with pytest.raises(OutOfRange):
        tiny.view(steered_logits, b, a, b, 9, 1.0)
    with pytest.raises(ValueError, match="finite"):
        tiny.call(steered_logits, b, a, b, 1, float("nan"))
