"""The embeddings page: its views, its boxes, its bad input."""

from __future__ import annotations

import numpy as np
import pytest

from core.numbers import Number
from core.views.neighbours import neighbours
from tests.app import boxes, open_page
from tests.boxes import check_box

BANK = "They sat on the bank of the river. He took the money to the bank"
#: What the address says for each second view; the first ones are in tests/pages/test_boxes.py.
SECOND = {"alike": "analogy", "context": "meeting"}


def said(app) -> str:
    found = [*app.text, *app.caption, *app.info, *app.warning, *app.error]
    return " ".join(str(e.value) for e in found)


def check_all(app, names: set[str]) -> None:
    recipes = boxes(app)
    assert names <= set(recipes)
    failures = []
    for name in names:
        try:
            check_box(recipes[name])
        except AssertionError as error:
            failures.append(str(error))
    assert not failures, "\n\n".join(failures)


def test_first_views_follow_the_chosen_token(storyteller) -> None:
    app = open_page("embeddings", prompt=BANK, token="4", dim="7")
    trace = storyteller.trace(BANK)
    shown = boxes(app)["embeddings-sum"].shown
    assert np.allclose(shown["sum"], trace.resid[0, 4], atol=1e-6)
    assert f"{Number(shown['sum'][7]):+.5f}" in " ".join(c.value for c in app.code)
    bank = storyteller.view(neighbours, (trace.token_ids[4],))
    assert np.array_equal(boxes(app)["embeddings-neighbours"].shown["ids"], bank.ids)
    assert "␣bank" in said(app)
    app.session_state["token"] = 7
    app.run()
    assert "␣river" in said(app)
    assert not app.exception
    app.slider(key="after").set_value(trace.n_layer).run()
    recipe = boxes(app)["embeddings-map"]
    assert f"layer = {trace.n_layer} " in recipe.code
    check_all(app, {"embeddings-map"})


def test_second_views_and_their_boxes() -> None:
    app = open_page("embeddings", prompt=BANK, order="swap", by="dot", **SECOND)
    check_all(app, {"embeddings-analogy", "embeddings-meeting", "embeddings-swap"})
    assert "left out" in said(app)
    swap = boxes(app)["embeddings-swap"].shown
    assert swap[:, :4].max() < 1e-5  # nothing before the first exchanged word moves
    app.segmented_control(key="order").set_value("map").run()
    app.segmented_control(key="alike").set_value("nearest").run()
    app.segmented_control(key="by").set_value("dot").run()
    app.text_input(key="word").set_value("Rumpelstiltskin").run()
    assert "mean of" in said(app)
    check_all(app, {"embeddings-position-map", "embeddings-neighbours"})
    app.segmented_control(key="order").set_value("length").run()
    check_all(app, {"embeddings-position-norms"})


def test_odd_words_and_odd_addresses() -> None:
    """What is typed stays text, and an address that says nonsense shows the first view."""
    app = open_page(
        "embeddings",
        prompt=BANK,
        token="999",
        dim="many",
        after="-3",
        order="nothing",
        kinds="x",
        **SECOND,
    )
    assert not app.exception
    for value in ("same", "same", "same"):
        app.text_input(key="a").set_value(value)
        app.text_input(key="b").set_value(value)
        app.text_input(key="c").set_value(value)
    app.run()
    assert "cancel" in said(app)
    app.text_input(key="b").set_value("").run()
    assert "each of the three fields" in said(app)
    app.text_input(key="shared").set_value("zebra").run()
    assert "does not hold this word" in said(app)
    app.text_input(key="shared").set_value("").run()
    assert "two sentences that hold it" in said(app)
    app.segmented_control(key="alike").set_value("nearest").run()
    for typed in ("<b>x</b>", "**x** $y$", "\x00", "日本語", "🙂"):
        app.text_input(key="word").set_value(typed).run()
        assert not app.exception
        assert not any(typed in m.value for m in app.markdown)


def test_the_address_names_choices_and_not_their_labels() -> None:
    app = open_page("embeddings", prompt=BANK, kinds="people,numbers,x", order="length")
    assert app.pills(key="kinds").value == ["people", "numbers"]
    assert app.segmented_control(key="order").value == "length"
    app.segmented_control(key="by").set_value("dot")
    app.segmented_control(key="alike").set_value("analogy")
    app.segmented_control(key="order").set_value("pairs")
    app.pills(key="kinds").set_value([]).run()
    found = {k: v if isinstance(v, str) else v[0] for k, v in app.query_params.items()}
    assert found["alike"] == "analogy"
    assert found["kinds"] == ""
    assert "order" not in found  # the first view needs no mention


@pytest.mark.parametrize("prompt", ["a", "the the", "word " * 1300])
def test_very_short_and_very_long_prompts(prompt: str) -> None:
    app = open_page("embeddings", prompt=prompt, order="swap")
    assert not app.exception
    n = min(1024, len(prompt.split()))
    if n == 1:
        assert "only one word" in said(app)
    app.pills(key="kinds").set_value([]).run()
    assert not app.exception
    if n < 3:
        assert "three different points" in said(app)
