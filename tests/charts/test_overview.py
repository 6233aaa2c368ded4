"""The machine as it goes to the browser and as it is taken away."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.charts.overview.machine import STOPS, drawn, stops
from core.charts.overview.machine_picture import machine_picture
from core.charts.overview.machine_steps import caption, steps
from core.views.machine import Answer, Look, Machine, bins_of, rows_of
from pages.components.shared.wire import pack
from tests.charts.pictures import ODD, texts_of


def made(n_ctx: int = 7, n_layer: int = 3, at: int | None = None, labels=ODD) -> Machine:
    at = n_ctx - 1 if at is None else at
    looks = tuple(Look(i % 2, (max(0, at - 1 - i), at), (0.6, 0.2)) for i in range(n_layer))
    positions = rows_of(n_ctx, at, looks)
    edges = bins_of(n_layer, 64)
    rng = np.random.default_rng(0)
    return Machine(
        n_ctx=n_ctx, at=at, positions=positions, ids=positions,
        labels=tuple(labels[i % len(labels)] for i in positions), n_embd=64, n_head=2,
        n_vocab=50_257,
        strips=rng.normal(size=(n_layer + 1, len(positions), len(edges) - 1)).astype(np.float32),
        edges=edges, norms=tuple(1.0 + i for i in range(n_layer + 1)), looks=looks,
        answers=tuple(Answer(i % 3, labels[i % 3], 0.1) for i in range(n_layer + 1)),
        best=tuple(Answer(i, labels[i % len(labels)], 0.2 / (i + 1)) for i in range(8)),
    )  # fmt: skip


@pytest.mark.parametrize("n_layer", [1, 6, 12, 36, 48])
def test_every_stage_has_its_sentence(n_layer: int) -> None:
    one = made(n_layer=n_layer)
    said = steps(one)
    assert len(said) == n_layer + 4
    assert "7 pieces" in said[0]
    assert "50,257" in said[-2] and "20.0%" in said[-2]  # noqa: PT018
    for layer in range(n_layer):
        assert said[2 + layer].startswith(f"Block {layer}: head {layer % 2} lets")
        assert "60%" in said[2 + layer]


def test_the_one_token_of_a_text_looks_at_itself() -> None:
    one = made(n_ctx=1)
    said = steps(one)
    assert "1 piece, a token" in said[0]
    assert "nothing before it" in said[2]


def test_a_token_in_the_middle_is_told_what_came_next() -> None:
    one = made(at=2)
    said = steps(one)
    assert "The one that we follow" in said[0]
    assert f"“{one.labels[3]}” came next" in said[-1]
    head, _arrays = drawn(one, said)
    assert not head["write"]


def test_what_is_folded_away_is_counted() -> None:
    one = made(n_ctx=900)
    head, _arrays = drawn(one, steps(one))
    hidden = sum(token["folded"] for token in head["tokens"]) + head["after"]
    assert hidden + len(head["tokens"]) == 900
    assert "880 of 900" in caption(one)
    early = made(n_ctx=900, at=10)
    head, _arrays = drawn(early, steps(early))
    assert head["after"] > 0


@pytest.mark.parametrize("n_layer", [1, 8, 9, 36, 48])
def test_a_sentence_is_read_at_few_blocks(n_layer: int) -> None:
    found = stops(made(n_layer=n_layer))
    assert len(found) == min(n_layer, STOPS)
    assert found == sorted(set(found))
    assert found[-1] == n_layer - 1


def test_the_message_is_small_whatever_the_text() -> None:
    for n_layer, n_ctx in ((12, 64), (36, 1_024), (48, 1_024)):
        one = made(n_ctx=n_ctx, n_layer=n_layer)
        assert len(pack(*_packed(one))) < 150_000
    json.dumps(drawn(made(), steps(made()))[0])


def _packed(one: Machine) -> tuple:
    head, arrays = drawn(one, steps(one))
    return head, *arrays


@pytest.mark.parametrize("n_layer", [1, 6, 36])
def test_the_picture_to_take_away(n_layer: int) -> None:
    one = made(n_layer=n_layer)
    drawing = machine_picture(one, steps(one))
    texts = texts_of(drawing)
    assert "1 Text" in texts
    assert "20.0%" in texts
    for text in ODD:
        assert text in texts
    assert drawing.png()[:4] == b"\x89PNG"
