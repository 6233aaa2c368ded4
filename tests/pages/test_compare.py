"""The page that compares two prompts, with good and bad input."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st

from core.views.patching import aligned, patch_shares, places, words_apart
from core.views.softmax import softmax
from pages.panels.compare.pairs import pairs, twin
from pages.panels.compare.params import MOST_PLACES
from tests.app import boxes, open_page, settle

A = "There was once a princess who lived in a castle. Every morning"
B = "There was once a prince who lived in a castle. Every morning"


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
    rows = [storyteller.view(patch_shares, a, b, i, columns, "resid") for i in range(7)]
    grid = np.stack(rows)
    # Half way up the difference is still at an earlier word: it comes to the last token later.
    assert grid[:4, -1].max() < 0.25
    assert grid[6, -1] == pytest.approx(1.0, abs=1e-3)
    assert grid[:3, :-1].max() > 0.4
    assert twin(pair.a) == pair.b
    assert twin(pair.b) == pair.a


def test_the_figures_are_the_models_numbers(storyteller) -> None:
    app = open_page("compare", prompt=A, other=B)
    a, b = storyteller.trace(A), storyteller.trace(B)
    shown = {name: recipe.shown for name, recipe in boxes(app).items()}
    assert list(shown) == ["compare-words", "compare-where", "compare-cell", "compare-knob"]
    grid = shown["compare-where"]
    columns = places(aligned(a.token_ids, b.token_ids), MOST_PLACES)
    assert grid.shape == (7, len(columns))
    want = storyteller.view(patch_shares, a, b, 3, columns, "resid")
    assert grid[3] == pytest.approx(want, abs=1e-3)
    assert grid[0, 0] == pytest.approx(1.0, abs=1e-3)  # one token differs: at the input it is all
    assert "B answers “␣she” instead of “␣he”: 97% of the way" in said(app)
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
    assert said(app).count(told) == 3
    assert not boxes(app)


def test_other_lengths_and_one_token() -> None:
    app = open_page("compare", prompt="King", other="The old queen")
    assert "A has 1 token, B has" in said(app)
    assert boxes(app)["compare-where"].shown.shape == (7, 1)
    assert "The control" not in said(app)
    app = open_page("compare", prompt="The king", other="The king was")
    assert boxes(app)["compare-where"].shown[-1, -1] == pytest.approx(1.0, abs=1e-3)


def test_a_long_text_waits_to_be_asked_and_can_be_stopped() -> None:
    text = "one two three four " * 250
    app = open_page("compare", prompt="Zero " + text, other="Two " + text)
    assert "compare-where" not in boxes(app)
    assert "it can be stopped" in said(app)
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
    assert len(boxes(app)) == 4
