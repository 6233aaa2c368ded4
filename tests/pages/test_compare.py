"""The page that compares two prompts, with good and bad input."""

from __future__ import annotations

import shutil
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
import torch
from transformers import GPT2LMHeadModel

from core import cache
from core.recipes import Recipe
from core.recipes.recipe import differences
from core.views.patching import aligned, cells_of, patch_shares, places, words_apart
from core.views.patching_heads import head_shares
from core.views.softmax import softmax
from pages.panels.compare.pairs import pairs, twin
from pages.panels.compare.params import MOST_PLACES
from tests.app import boxes, open_page, settle
from tests.boxes import run_box

A = "There was once a girl who lived in a castle. Every morning"
B = "There was once a boy who lived in a castle. Every morning"


def check_all(recipes: list[Recipe]) -> None:
    """Boxes run one after the other in one process, and held against the page."""
    parts = (f"{recipe.code}\nresults.append(result)" for recipe in recipes)
    found, _printed = run_box("\n".join(["results = []", *parts, "result = results"]))
    for result, recipe in zip(found, recipes, strict=True):
        assert not differences(result, recipe.shown, recipe.tolerance), recipe.name


EVERY_BOX = [
    "compare-words", "compare-where", "compare-cell", "compare-heads", "compare-heads-cell",
    "compare-knob", "compare-surprise", "compare-lens", "compare-pattern",
]  # fmt: skip


def said(app) -> str:
    return " ".join(str(e.value) for e in [*app.caption, *app.info, *app.text, *app.warning])


@pytest.mark.parametrize(
    ("name", "up", "down"),
    [("sex", " she", " he"), ("number", " they", " he"), ("name", " Green", " Brown"),
     ("again", " lamp", ".")],
)  # fmt: skip
def test_the_examples_work_on_the_embedded_model(storyteller, name, up, down) -> None:
    pair = pairs()[name]
    a, b = storyteller.trace(pair.a), storyteller.trace(pair.b)
    assert a.n_ctx == b.n_ctx
    words = words_apart(a.logits, b.logits)
    assert [storyteller.tokenizer.decode([i]) for i in words] == [up, down]
    p, q = softmax(a.logits), softmax(b.logits)
    assert p[words[0]] > 3 * q[words[0]]
    assert q[words[1]] > 3 * p[words[1]]
    columns = places(aligned(a.token_ids, b.token_ids), MOST_PLACES)
    found = storyteller.view(patch_shares, a, b, cells_of(7, columns), "resid")
    grid = found.reshape(7, -1)
    # Half way up the difference is still at an earlier word: it comes to the last token later.
    assert grid[:4, -1].max() < 0.25
    assert grid[6, -1] == pytest.approx(1.0, abs=1e-3)
    assert grid[:3, :-1].max() > 0.4
    assert twin(pair.a) == pair.b
    assert twin(pair.b) == pair.a


def test_the_figures_are_the_models_numbers(storyteller) -> None:
    app = open_page("compare", prompt=A, other=B, row="2")
    a, b = storyteller.trace(A), storyteller.trace(B)
    shown = {name: recipe.shown for name, recipe in boxes(app).items()}
    assert list(shown) == EVERY_BOX
    grid = shown["compare-where"]
    columns = places(aligned(a.token_ids, b.token_ids), MOST_PLACES)
    assert grid.shape == (7, len(columns))
    want = storyteller.view(patch_shares, a, b, tuple((3, *pair) for pair in columns), "resid")
    assert grid[3] == pytest.approx(want, abs=1e-3)
    assert grid[0, 0] == pytest.approx(1.0, abs=1e-3)  # one token differs: at the input it is all
    assert "B answers “␣she” instead of “␣he”: 98% of the way" in said(app)
    assert "The control, all tokens at the input at once: 100.0%" in said(app)


def test_a_link_opens_a_cell_a_part_and_a_knob(storyteller) -> None:
    app = open_page(
        "compare", prompt=A, other=B, kind="mlp", row="1", place="12", layer="2", factor="-1.5",
        onto="The old woman said that",
    )  # fmt: skip
    code = {name: recipe.code for name, recipe in boxes(app).items()}
    assert "layer = 1\nours = 12" in code["compare-cell"]
    assert "kind = 'mlp'" in code["compare-cell"]
    assert "factor = -1.5" in code["compare-knob"]
    assert boxes(app)["compare-where"].shown.shape[0] == 6
    app.slider(key="compare_factor").set_value(0.0).run()
    assert "At 0 nothing is added" in said(app)
    before, after = boxes(app)["compare-knob"].shown
    assert np.array_equal(before, after)
    app.segmented_control(key="compare_kind").set_value("resid").run()
    settle(app)
    assert boxes(app)["compare-where"].shown.shape[0] == 7


def test_an_example_fills_both_prompts() -> None:
    app = open_page("compare", prompt=A, other="Something else that was typed")
    app.button(key="compare_pair_number").click().run()
    settle(app)
    pair = pairs()["number"]
    assert app.session_state["prompt"] == pair.a
    assert app.text_area(key="compare_other").value == pair.b
    assert "“␣they”" in said(app)


def test_the_cell_that_is_clicked_is_taken_over(monkeypatch) -> None:
    from pages.panels.compare import where

    monkeypatch.setattr(where, "_PICKED", SimpleNamespace(set=lambda _picked: None))
    point = {"row": 4, "place": 1}
    state = {"chart_where": SimpleNamespace(selection={"cell": [point]})}
    monkeypatch.setattr(st, "session_state", state)
    where._pick(SimpleNamespace(places=((4, 4), (9, 8))))
    assert (state["compare_row"], state["compare_place"]) == (4, "9")
    state["chart_where"].selection["cell"] = []  # a click beside it changes nothing
    where._pick(SimpleNamespace(places=((4, 4), (9, 8))))
    assert (state["compare_row"], state["compare_place"]) == (4, "9")


@pytest.mark.parametrize(
    ("other", "told"),
    [(A, "Both prompts are the same"), ("", "“Prompt B” is empty")],
)
def test_what_cannot_be_compared_is_said(other, told) -> None:
    app = open_page("compare", prompt=A, other=other)
    assert said(app).count(told) == 7  # in each panel but the one about models
    assert not boxes(app)


def test_other_lengths_and_one_token() -> None:
    app = open_page("compare", prompt="King", other="The old queen")
    assert "A has 1 token, B has" in said(app)
    assert boxes(app)["compare-where"].shown.shape == (7, 1)
    assert "The control" not in said(app)
    app = open_page("compare", prompt="The king", other="The king was")
    assert boxes(app)["compare-where"].shown[-1, -1] == pytest.approx(1.0, abs=1e-3)


def test_a_long_text_waits_to_be_asked_and_can_be_stopped(storyteller) -> None:
    text = "one two three four " * 250
    app = open_page("compare", prompt="Zero " + text, other="Two " + text)
    assert "compare-where" not in boxes(app)
    ids = (storyteller.ids(one + text)[:1024] for one in ("Zero ", "Two "))
    left_out = len(aligned(*ids).pairs) - MOST_PLACES
    told = f"16 tokens are measured. {left_out:,} tokens in the middle are left out. It takes about"
    assert told in said(app)
    assert "seconds on two processor cores, and can be stopped." in said(app)
    app.button(key="start_where").click().run()
    job = app.session_state["where"]["job"]
    for button in [b for b in app.button if b.key == "stop_where"]:
        button.click().run()  # not there where a fast machine was done before
    assert job.done
    settle(app)
    assert "compare-words" in boxes(app)


def test_a_link_that_asks_for_what_is_not_there() -> None:
    app = open_page(
        "compare", prompt=A, other=B, kind="x", row="77", place="x", layer="x", factor="9"
    )
    for told in (
        "kind=x should be one of resid · attn · mlp.",
        "row=77 should be a whole number from 0 to 6.",
        "layer=x should be a whole number from 0 to 6.",
        "factor=9 should be a number from -3 to 3.",
    ):
        assert told in said(app).replace("−", "-")
    assert list(boxes(app)) == [box for box in EVERY_BOX if box != "compare-cell"]
    assert "Click a cell" in said(app)  # the bars of a cell come with the first that is chosen
    app.slider(key="compare_row").set_value(1).run()
    assert "compare-cell" in boxes(app)


# --- heads, lens, looks, surprise ----------------------------------------------------------------


def test_heads_are_ranked_tried_and_chosen_by_a_link(storyteller) -> None:
    app = open_page("compare", prompt=A, other=B, head="L2.H3", look="L2.H3", lens_at="4")
    a, b = storyteller.trace(A), storyteller.trace(B)
    found = aligned(a.token_ids, b.token_ids)
    shown = {name: recipe.shown for name, recipe in boxes(app).items()}
    heads = tuple((layer, head) for layer in range(6) for head in range(8))
    want = storyteller.view(head_shares, a, b, found, heads)
    assert shown["compare-heads"] == pytest.approx(want, abs=1e-3)
    assert "layer = 2\nhead = 3" in boxes(app)["compare-heads-cell"].code
    assert "layer = 2\nhead = 3" in boxes(app)["compare-pattern"].code
    pattern_a, pattern_b, apart = shown["compare-pattern"]
    assert apart == pytest.approx(pattern_a - pattern_b)
    assert pattern_a == pytest.approx(storyteller.attention(a, 2).weights(3), abs=1e-5)
    ranked = [option.split(" · ") for option in app.selectbox(key="compare_look").options]
    shares = [float(share.rstrip("%")) for _name, share in ranked]
    assert shares == sorted(shares, reverse=True)
    assert len(ranked) == 48
    assert shown["compare-lens"].shape == (7, len(places(found, MOST_PLACES)))
    assert shown["compare-lens"][0, 1:].max() == 0  # the embeddings behind the word are the same
    check_all(list(boxes(app).values()))
    bits_a, bits_b = shown["compare-surprise"]
    assert bits_a[:3] == pytest.approx(bits_b[:3], abs=1e-4)  # nothing looks ahead
    assert "of its look elsewhere in A than in B" in said(app)


def test_a_text_is_written_with_the_knob_stopped_and_left(storyteller) -> None:
    app = open_page("compare", prompt=A, other=B, factor="3", layer="4", written="8", panel="knob")
    app.button(key="start_compare_turned").click().run()
    job = app.session_state["compare_turned"]["job"]
    assert job.wait(60)
    app.run()
    plain, turned = boxes(app)["compare-knob-text"].shown
    assert len(plain) == len(turned) == 8
    shown = " ".join(str(e.value) for e in app.markdown)
    assert "With the knob at 3.00" in shown
    check_all([boxes(app)["compare-knob-text"]])
    app.slider(key="compare_factor").set_value(-1.0).run()
    assert "With the knob at" not in " ".join(str(e.value) for e in app.markdown)
    app.slider(key="compare_written").set_value(40).run()
    app.button(key="start_compare_turned").click().run()
    job = app.session_state["compare_turned"]["job"]
    app.button(key="stop_compare_turned").click().run()
    assert job.done
    assert job.wait(20)


# --- one prompt, two models ----------------------------------------------------------------------


def test_alone_in_memory_it_says_how_to_get_another(monkeypatch) -> None:
    monkeypatch.setattr(cache.pool(), "keys", list)
    monkeypatch.setattr(cache.pool(), "engines", list)
    app = open_page("compare", prompt=A, panel="models")
    assert "No other model is in memory." in said(app)


def test_two_models_side_by_side(tiny_folder, tmp_path) -> None:
    other = tmp_path / "trained-on"
    shutil.copytree(tiny_folder, other)
    model = GPT2LMHeadModel.from_pretrained(other)
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(0.1 * parameter.std() * torch.randn_like(parameter))
    model.save_pretrained(other)
    app = open_page("compare", prompt="The old king", model=str(other), panel="models")
    assert "vectors of 48 numbers" in said(app)  # beside the Storyteller, or nothing in memory
    app = open_page("compare", prompt="The old king", model=str(tiny_folder), panel="models")
    app.selectbox(key="compare_other_model").set_value(cache.engine_key(str(other))).run()
    found = boxes(app)
    # In a notebook the page's own model keeps its name.
    ours = [found[name].code for name in found if name.startswith("compare-models")]
    assert not any("\n    model = " in code for code in ours)
    assert found["compare-models-where"].shown.shape == (4, 3)
    assert [len(one) for one in found["compare-models-surprise"].shown] == [2, 2]
    check_all(list(found.values()))
