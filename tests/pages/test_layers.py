"""The layers page with good and bad input."""

from __future__ import annotations

import html

import numpy as np
import pytest

from core.views.attribution import attribute, reader
from core.views.neurons import neurons
from core.views.residual import writes
from core.views.softmax import softmax
from pages.kit.words import plain
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
    parts = storyteller.view(writes, trace, trace.n_ctx - 1)
    total = attribute(parts, storyteller.view(reader, int(best), int(second))).total
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
    # Two engines may choose different products by measuring; 1e-4 is promised.
    close = {"rel": 1e-4, "abs": 1e-4}
    assert shown["layers-block"]["resid_pre"] == pytest.approx(trace.resid[2, 3], **close)
    assert "layers-gelu" in shown
    assert shown["layers-race"][-1, 0] == 1
    loudest = storyteller.view(neurons, trace, 1, 3, 8, 8, "activation")
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
    assert "There is no token 99: this text has tokens 0 to" in said(app)
    for told in (
        "layer=77 should be a whole number from 0 to 5.",
        "mlp=x should be a whole number from 0 to 5.",
        "noattn=12 should be any of 0 · 1 · 2 · 3 · 4 · 5.",
        "open=nothing should be one of ln_1 · attn · ln_2 · gelu.",
    ):
        assert told in said(app)
    assert said(app).count("asks for something that is not in this list") == 2  # why, neuron
    assert len(boxes(app)) == 9
    assert app.slider(key="mlp").value == 5
    app.selectbox(key="layers_why").select_index(1).run()
    assert said(app).count("asks for something that is not in this list") == 1
    app.button(key="close_address_problems").click().run()
    assert "should be" not in said(app)


def test_layers_left_out_live_in_the_address(caplog: pytest.LogCaptureFixture) -> None:
    app = open_page("layers", prompt=PROMPT, noattn="3", nomlp="")
    assert (app.pills(key="noattn").value, app.pills(key="nomlp").value) == ([3], [])
    app.button(key="skip_all").click().run()
    assert app.query_params["nomlp"] == [str(i) for i in range(6)]
    app.button(key="skip_none").click().run()
    assert app.query_params["nomlp"] in ("", [""])
    assert "noattn" not in app.query_params
    app.pills(key="nomlp").set_value([0]).run()
    assert "nomlp" not in app.query_params  # the default needs no name in the address
    assert "created with a default value" not in caplog.text
    assert not app.exception


def test_a_word_of_several_tokens_and_every_block_left_out() -> None:
    app = open_page("layers", prompt=PROMPT, watch="Wimbleton")
    choice = app.selectbox(key="layers_piece")
    assert choice.label.endswith("tokens: which?")
    assert len(choice.options) > 2
    assert f"writes this word as {len(choice.options)} tokens, one after the other" in said(app)
    app.button(key="skip_all").click().run()
    settle(app)
    assert "Every block is left out" in said(app)
    before, after = boxes(app)["layers-skip"].shown
    assert not np.allclose(before, after)
    app.button(key="skip_none").click().run()
    settle(app)
    assert "Nothing is left out" in said(app)
    assert np.array_equal(*boxes(app)["layers-skip"].shown)


def test_a_single_token() -> None:
    app = open_page("layers", prompt="King")
    assert boxes(app)["layers-lens"].shown.shape[1] == 1
    assert "This text is a single token" in said(app)
    assert "layers_start" not in app.session_state


def test_more_tokens_than_the_window_and_than_the_context() -> None:
    app = open_page("layers", prompt="one two three four " * 400)
    assert boxes(app)["layers-lens"].shown.shape[1] == 10
    assert app.session_state["layers_start"] == 1014
    last = boxes(app)["layers-lens"].shown
    app.session_state["layers_start"] = 500  # as the grid's own slider sets it
    app.run()
    assert boxes(app)["layers-lens"].shown.shape == last.shape
    assert not np.allclose(boxes(app)["layers-lens"].shown, last)
    assert app.query_params["start"] in ("500", ["500"])


def test_the_window_of_the_link(storyteller) -> None:
    app = open_page("layers", prompt=PROMPT + " dog", token="11", start="1")
    assert app.session_state["layers_start"] == 1
    trace = storyteller.trace(PROMPT + " dog")
    got = storyteller.logit_lens(trace, 1, 11, top=10)
    assert boxes(app)["layers-lens"].shown == pytest.approx(got.top_probs, rel=1e-4, abs=1e-6)
    app = open_page("layers", prompt=PROMPT + " dog", start="3")
    assert "may begin at 0 to 2" in said(app)
    assert app.session_state["layers_start"] == 2


def test_every_panel_can_be_taken_away() -> None:
    app = open_page("layers", prompt='<b>"king"</b> 日本 🙂')
    offered = {b.key for b in app.get("download_button")}
    for name in ("lens", "block", "attribution"):
        assert {f"export_{name}_{kind}" for kind in ("csv", "json", "svg", "png")} <= offered
    for name in ("race", "neurons", "skip"):
        assert {f"export_{name}_{kind}" for kind in ("csv", "json")} <= offered


@pytest.mark.parametrize(
    "text", ["␣king", "*a*", "`", "<b>", "--", ":+1:", "$x$", "[a](b)", "日本🙂"]
)
def test_typed_text_in_a_sentence_stays_text(text: str) -> None:
    shown = plain(text)
    assert html.unescape(shown).replace("\u2060", "") == text
    assert not set("*`<>$[]():_~-") & set(shown)


def test_the_box_of_the_ranks_makes_the_ranks(storyteller) -> None:
    app = open_page("layers", prompt=PROMPT, shade="rank", watch="queen")
    recipe = boxes(app)["layers-lens"]
    queen = storyteller.tokenizer.encode(" queen")[0]
    n = storyteller.trace(PROMPT).n_ctx
    start = max(0, n - 10)
    got = storyteller.logit_lens(storyteller.trace(PROMPT), start, n, watched=(queen,))
    assert np.array_equal(recipe.shown, got.watched_ranks[..., 0])
    assert f"watched = {queen}  #" in recipe.code
    assert "logits[..., watched, None]" in recipe.code


def test_a_choice_that_another_token_does_not_have_is_no_wrong_link(storyteller) -> None:
    def likeliest(position: int) -> list[int]:
        trace = storyteller.trace(PROMPT)
        return storyteller.logit_lens(trace, position, position + 1).top_ids[-1, 0].tolist()

    why = next(
        i for i in likeliest(storyteller.trace(PROMPT).n_ctx - 1)[1:] if i not in likeliest(1)
    )
    app = open_page("layers", prompt=PROMPT, why=str(why))
    assert app.selectbox(key="layers_why").value == why
    app.session_state["token"] = 1
    app.run()
    assert app.selectbox(key="layers_why").value == "best"
    assert "asks for something that is not in this list" not in said(app)
    assert "why" not in app.query_params
