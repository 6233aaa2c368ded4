"""The machine's picture: equal to transformers, small whatever the text, and back from its file."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from transformers import GPT2LMHeadModel

from core.engine.engine import Engine
from core.errors import OutOfRange
from core.views.glance import farthest_look, glance
from core.views.machine import (
    LEAST,
    MOST_ROWS,
    Look,
    Machine,
    bins_of,
    pooled,
    rows_of,
    strongest,
)
from core.views.machine_of import machine, machine_rows
from core.views.machine_stored import from_plain, to_plain


@pytest.fixture(scope="module")
def eager(storyteller: Engine):
    """transformers' own pass over TEXT, with all that it knows on the way."""
    folder = storyteller.loaded.source
    model = GPT2LMHeadModel.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()
    ids = torch.tensor([storyteller.ids(TEXT)])
    with torch.inference_mode():
        return model(ids, output_attentions=True, output_hidden_states=True)


TEXT = "Once upon a time there was a king who had a beautiful daughter. The king"


def test_a_glance_is_the_pattern_of_transformers(storyteller: Engine, eager) -> None:
    trace, out = storyteller.trace(TEXT), eager
    for layer in range(trace.n_layer):
        for position in (0, 1, 7, trace.n_ctx - 1):
            row = storyteller.view(glance, trace, layer, position)
            expected = out.attentions[layer][0, :, position, : position + 1].numpy()
            assert np.abs(row - expected).max() < 1e-5
    with pytest.raises(OutOfRange):
        storyteller.view(glance, trace, trace.n_layer, 0)


def test_what_it_shows_is_what_transformers_says(storyteller: Engine, eager) -> None:
    trace, out = storyteller.trace(TEXT), eager
    made = storyteller.view(machine, trace, trace.n_ctx - 1)
    assert made.is_last
    assert made.row == trace.n_ctx - 1
    probs = out.logits[0, -1].softmax(-1)
    best = probs.topk(len(made.best))
    assert [answer.token_id for answer in made.best] == best.indices.tolist()
    assert np.allclose([answer.prob for answer in made.best], best.values, atol=1e-5)
    assert made.answers[-1] == made.best[0]
    for layer, look in enumerate(made.looks):
        row = out.attentions[layer][0, look.head, -1].numpy()
        assert np.allclose(row[list(look.keys)], look.weights, atol=1e-5)
        # No head looks harder at any one token between the first and this one.
        assert out.attentions[layer][0, :, -1, 1:-1].max() == pytest.approx(row[1:-1].max())
    stream = out.hidden_states[2][0].numpy()
    means = stream.reshape(len(stream), len(made.edges) - 1, -1).mean(-1)
    assert np.allclose(made.strips[2], means, atol=1e-4)
    assert np.allclose(made.norms[2], np.linalg.norm(stream[-1]), rtol=1e-5)


@pytest.mark.parametrize("at", [0, 1, 2, 9])
def test_any_token_can_be_followed(storyteller: Engine, at: int) -> None:
    made = storyteller.view(machine, storyteller.trace(TEXT), at)
    assert made.at == at
    assert not made.is_last
    assert all(key <= at for look in made.looks for key in look.keys)
    with pytest.raises(OutOfRange):
        storyteller.view(machine, storyteller.trace("king"), 1)


def test_one_token(storyteller: Engine) -> None:
    made = storyteller.view(machine, storyteller.trace("king"), 0)
    assert made.positions == (0,)
    assert {look.keys for look in made.looks} == {(0,)}
    assert all(look.weights == pytest.approx((1.0,)) for look in made.looks)


def test_a_long_text_is_folded_around_what_matters(storyteller: Engine) -> None:
    trace = storyteller.trace("the king and the queen and " * 170)
    assert trace.n_ctx > 1_000
    for at in (trace.n_ctx - 1, 500, 3):
        made = storyteller.view(machine, trace, at)
        assert len(made.positions) == MOST_ROWS
        assert {0, at} <= set(made.positions)
        assert list(made.positions) == sorted(made.positions)
        heaviest = max(made.looks, key=lambda look: look.weights[0])
        assert heaviest.keys[0] in made.positions
        assert made.strips.nbytes < 100_000


def test_rows_are_all_there_is_where_there_is_room() -> None:
    assert rows_of(5, 2, [Look(0, (1,), (0.9,))]) == (0, 1, 2, 3, 4)
    rows = rows_of(900, 899, [Look(0, (17, 3), (0.7, 0.2)), Look(1, (400,), (0.5,))])
    assert {0, 3, 17, 400, 898, 899} <= set(rows)


def test_the_first_token_counts_only_where_nothing_else_does() -> None:
    pattern = np.array([[0.9, 0.05, 0.05], [0.5, 0.3, 0.2]], dtype=np.float32)
    found = strongest(pattern)
    assert found.head == 1
    assert found.keys == (0, 1, 2)
    assert strongest(pattern[:, :1]).keys == (0,)
    alike = np.array([[0.5, 0.4, 0.1], [0.0, 0.99995, 0.0], [0.0, 1.0, 0.0]], dtype=np.float32)
    assert strongest(alike).head == 1
    few = strongest(np.array([[0.99, 0.005, 0.005]], dtype=np.float32))
    assert few.keys == (0,)
    assert all(weight >= LEAST for weight in few.weights)


@pytest.mark.parametrize(
    ("n_layer", "n_embd"), [(2, 20), (12, 768), (36, 1280), (48, 1600), (1, 3)]
)
def test_stretches_cover_every_dimension(n_layer: int, n_embd: int) -> None:
    edges = bins_of(n_layer, n_embd)
    assert edges[0] == 0
    assert edges[-1] == n_embd
    assert np.diff(edges.astype(int)).min() >= 1
    vectors = np.random.default_rng(0).normal(size=(4, n_embd)).astype(np.float32)
    sizes = np.diff(edges.astype(int))
    assert np.allclose((pooled(vectors, edges) * sizes).sum(-1), vectors.sum(-1), atol=1e-3)


def test_it_comes_back_from_its_file(storyteller: Engine) -> None:
    made = storyteller.view(machine, storyteller.trace(TEXT), 7)
    back = from_plain(json.loads(json.dumps(to_plain(made))))
    assert isinstance(back, Machine)
    assert back.labels == made.labels
    assert back.positions == made.positions
    assert [look.keys for look in back.looks] == [look.keys for look in made.looks]
    assert np.allclose(back.strips, made.strips, rtol=2e-3, atol=1e-3)
    assert back.best[0].label == made.best[0].label


@pytest.mark.parametrize("held", [None, {}, [], "text", {"looks": [[1, [2], [0.5]]]}])
def test_a_damaged_file_holds_no_picture(held: object) -> None:
    assert from_plain(held) is None


def test_rows_of_the_table(storyteller: Engine) -> None:
    made = storyteller.view(machine, storyteller.trace("the king"), 1)
    rows = machine_rows(made)
    assert len(rows) == made.strips.size
    assert rows[0]["stage"] == "embedding"
    assert rows[-1]["stage"] == f"L{made.n_layer - 1}"
    assert rows[-1]["last_dimension"] == made.n_embd - 1


def test_the_head_that_looks_some_way_back(storyteller: Engine, eager) -> None:
    trace, out = storyteller.trace(TEXT), eager
    last = trace.n_ctx - 1
    layer, head = storyteller.view(farthest_look, trace, last)
    reach = [a[0, :, last, 1 : last - 2] for a in out.attentions]
    assert reach[layer][head].max() == pytest.approx(max(float(r.max()) for r in reach))
    for n in (1, 2, 3):
        short = storyteller.trace(trace.token_ids[:n])
        found = storyteller.view(farthest_look, short, n - 1)
        assert all(0 <= i < 8 for i in found)
