"""Single heads taken from another text, held against a hook before transformers' own c_proj."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import OutOfRange
from core.views.effects import change
from core.views.patching import aligned, share
from core.views.patching_heads import head_change, head_shares
from core.views.softmax import softmax
from tests.core.views.test_patching import LONGER, A, B, run, seen


def naive(model, a, b, found, layer: int, head: int) -> np.ndarray:
    """One pass over B with one head's output taken from A, all else its own."""
    block, width = model.transformer.h[layer], model.config.n_embd // model.config.n_head
    part = slice(head * width, (head + 1) * width)
    z = seen(model, a, block.attn.c_proj, at_input=True)
    ours, theirs = (list(side) for side in zip(*found.pairs, strict=True))

    def before(_module, inputs):
        x = inputs[0].clone()
        x[0, ours, part] = z[theirs, part]
        return (x, *inputs[1:])

    handle = block.attn.c_proj.register_forward_pre_hook(before)
    try:
        return run(model, b).numpy()
    finally:
        handle.remove()


@pytest.mark.parametrize("which", ["storyteller", "tiny", "on_disk"])
@pytest.mark.parametrize("other", [B, LONGER])
def test_heads_are_those_of_a_hook(request, oracle_of, which, other) -> None:
    engine = request.getfixturevalue(which)
    model = oracle_of(engine.loaded.source)
    a, b = engine.trace(A), engine.trace(other)
    found = aligned(a.token_ids, b.token_ids)
    n_layer, n_head = engine.shape.n_layer, engine.shape.n_head
    heads = tuple((layer, head) for layer in range(n_layer) for head in range(0, n_head, 3))
    got = engine.view(head_shares, a, b, found, heads)
    want = [naive(model, a.token_ids, b.token_ids, found, *head) for head in heads]
    assert np.abs(got - share(np.stack(want), a.logits, b.logits)).max() <= 1e-3
    layer, head = heads[-1]
    one = engine.view(head_change, a, b, found, layer, head)
    p = softmax(want[-1].astype(np.float64))
    assert one.after == pytest.approx(p[one.token_ids], abs=1e-4)
    assert one.divergence == pytest.approx(change(b.logits, want[-1]).divergence, abs=1e-3)


def test_the_order_of_the_heads_is_the_callers_and_nobody_feels_it(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    found = aligned(a.token_ids, b.token_ids)
    before = {name: value.clone() for name, value in tiny.loaded.model.state_dict().items()}
    heads = ((2, 1), (0, 3), (2, 0), (1, 1))
    got = tiny.call(head_shares, a, b, found, heads)
    again = tiny.call(head_shares, a, b, found, heads[::-1])[::-1]
    assert got == pytest.approx(again, abs=1e-5)
    for name, value in tiny.loaded.model.state_dict().items():
        assert torch.equal(value, before[name])


def test_heads_that_are_not_there_are_refused(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    found = aligned(a.token_ids, b.token_ids)
    for head in ((9, 0), (0, 9)):
        with pytest.raises(OutOfRange):
            tiny.call(head_shares, a, b, found, (head,))
