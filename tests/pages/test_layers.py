"""The layers page with good and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from core import lens
from core.ablation import softmax
from tests.app import boxes, open_page, settle

PROMPT = "Once upon a time there was a king who had a"


def said(app) -> str:
    return " ".join(str(e.value) for e in [*app.caption, *app.info, *app.text, *app.warning])


def test_the_figures_are_the_models_numbers(storyteller) -> None:
    app = open_page("layers", prompt=PROMPT)
    trace = storyteller.trace(PROMPT)
    shown = {name: recipe.shown for name, recipe in boxes(app).items()}
    probs = softmax(trace.logits)
    assert shown["layers-lens"][-1, -1] == pytest.approx(np.sort(probs)[::-1][:10], rel=1e-4)
    assert shown["layers-race"][-1, 0] == pytest.approx(probs.max(), rel=1e-4)
    best, second = np.argsort(-trace.logits)[:2]
    difference = float(trace.logits[best] - trace.logits[second])
    assert shown["layers-attribution"]["logit"] == pytest.approx(difference, abs=1e-3)
    parts = storyteller.view(lens.writes, trace, trace.n_ctx - 1)
    total = lens.attribute(parts, storyteller.view(lens.reader, int(best), int(second))).total
    assert f"together {total:.4f}" in said(app)
    assert shown["layers-growth"]["stream"][0] == pytest.approx(
        np.linalg.norm(trace.resid[0, -1]), rel=1e-5
    )


def test_another_token_layer_and_station_from_the_link(storyteller) -> None:
    app = open_page(
        "layers", prompt=PROMPT, token="3", layer="2", mlp="1", open="gelu", race="rank"
    )
    trace = storyteller.trace(PROMPT)
    shown = {name: recipe.shown for name, recipe in boxes(app).items()}
    # Two engines may choose different products by measuring: 1e-4 is promised, rounding is less.
    close = {"rel": 1e-6, "abs": 1e-5}
    assert shown["layers-block"]["resid_pre"] == pytest.approx(trace.resid[2, 3], **close)
    assert "layers-gelu" in shown
    assert shown["layers-race"][-1, 0] == 1
    loudest = storyteller.view(lens.neurons, trace, 1, 3, 8, 8, "activation")
    assert shown["layers-neurons"]["activations"] == pytest.approx(loudest.activations, **close)


def test_a_link_that_asks_for_what_is_not_there() -> None:
    app = open_page(
        "layers",
        prompt=PROMPT,
        token="99",
        layer="77",
        mlp="x",
        noattn="12",
        open="nothing",
        why="zebra",
        neuron="-4",
    )
    assert "names no token of this text" in said(app)
    assert "its layers are 0 to" in said(app)
    assert len(boxes(app)) == 9


def test_a_word_of_several_tokens_and_every_block_left_out() -> None:
    app = open_page("layers", prompt=PROMPT, watch="Wimbleton")
    choice = app.selectbox(key="layers_piece")
    assert choice.label.endswith("tokens: which?")
    assert len(choice.options) > 2
    app.button(key="skip_all").click().run()
    settle(app)
    assert "Every block is left out" in said(app)
    before, after = boxes(app)["layers-skip"].shown
    assert not np.allclose(before, after)


def test_a_single_token() -> None:
    app = open_page("layers", prompt="King")
    assert boxes(app)["layers-lens"].shown.shape[1] == 1


def test_more_tokens_than_the_window_and_than_the_context() -> None:
    app = open_page("layers", prompt="one two three four " * 400)
    assert boxes(app)["layers-lens"].shown.shape[1] == 10
    window = app.slider(key="layers_start")
    assert (window.value, window.max) == (1014, 1014)
