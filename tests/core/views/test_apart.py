"""Lenses and patterns of two texts, held against transformers' eager model and plain sums."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import OutOfRange
from core.views.lens_apart import lens_apart, stacked
from core.views.patching import aligned, places
from core.views.patterns_apart import heads_apart, looks_of
from tests.core.views.test_patching import LONGER, A, B


@pytest.mark.parametrize("which", ["storyteller", "tiny", "on_disk"])
def test_the_lenses_are_those_of_hidden_states(request, oracle_of, which) -> None:
    engine = request.getfixturevalue(which)
    model = oracle_of(engine.loaded.source)
    a, b = engine.trace(A), engine.trace(LONGER)
    pairs = places(aligned(a.token_ids, b.token_ids), 8)
    asked = [(a, b, row, pairs) for row in range(engine.shape.n_layer + 1)]
    got = stacked(engine.views(lens_apart, asked))
    logs = []
    for text, side in ((a, 1), (b, 0)):
        with torch.no_grad():
            out = model(torch.tensor([text.token_ids]), output_hidden_states=True)
            states = list(out.hidden_states)
            states[:-1] = [model.transformer.ln_f(state) for state in states[:-1]]
            rows = torch.stack(states)[:, 0, [pair[side] for pair in pairs]]
            logs.append(model.lm_head(rows).double().log_softmax(-1))
    bits = (logs[1].exp() * (logs[1] - logs[0])).sum(-1).numpy() / np.log(2)
    assert got.bits == pytest.approx(bits, rel=1e-3, abs=1e-3)
    assert np.array_equal(got.top_a[-1], logs[0][-1].argmax(-1))
    assert got.prob_b == pytest.approx(logs[1].exp().max(-1).values.numpy(), abs=1e-4)
    assert not got.bits.flags.writeable


def test_the_same_text_is_nowhere_apart(tiny) -> None:
    a = tiny.trace(A)
    every = tuple((i, i) for i in range(a.n_ctx))
    assert tiny.call(lens_apart, a, a, 1, every).bits.max() == 0
    found = aligned(a.token_ids, a.token_ids)
    assert tiny.call(heads_apart, a, a, 1, found, every).max() == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("other", [B, LONGER])
def test_looks_are_transformers_and_heads_are_ranked_by_them(tiny, oracle_of, other) -> None:
    model = oracle_of(tiny.loaded.source)
    a, b = tiny.trace(A), tiny.trace(other)
    found = aligned(a.token_ids, b.token_ids)
    queries = places(found, 4)
    with torch.no_grad():
        whole = [
            model(torch.tensor([text.token_ids]), output_attentions=True).attentions[2][0].numpy()
            for text in (a, b)
        ]
    got = tiny.call(heads_apart, a, b, 2, found, queries)
    for head in range(tiny.shape.n_head):
        apart = []
        for ours, theirs in queries:
            left = whole[0][head, theirs].copy(), whole[1][head, ours].copy()
            paired = [(left[1][i], left[0][j]) for i, j in found.pairs]
            for i, j in found.pairs:
                left[1][i] = left[0][j] = 0
            alone = sum(side.sum() for side in left)
            apart.append((sum(abs(x - y) for x, y in paired) + alone) / 2)
        assert got[head] == pytest.approx(np.mean(apart), abs=1e-4)
    looks = looks_of(*(tiny.attention(text, 2) for text in (a, b)), 1, queries, found.pairs)
    ours, theirs = queries[0]
    assert looks.a[0] == pytest.approx(whole[0][1, theirs, [j for _i, j in found.pairs]], abs=1e-5)
    assert looks.difference == pytest.approx(looks.a - looks.b)


def test_places_that_are_not_there_are_refused(tiny) -> None:
    a, b = tiny.trace(A), tiny.trace(B)
    found = aligned(a.token_ids, b.token_ids)
    with pytest.raises(OutOfRange):
        tiny.call(lens_apart, a, b, 9, ((0, 0),))
    with pytest.raises(OutOfRange):
        tiny.call(lens_apart, a, b, 0, ((99, 0),))
    with pytest.raises(OutOfRange):
        tiny.call(heads_apart, a, b, 0, found, ((0, 99),))
