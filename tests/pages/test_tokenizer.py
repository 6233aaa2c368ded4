"""The tokenizer page under AppTest: its numbers, its state from the URL, bad input."""

from __future__ import annotations

import pytest

from tests.app import boxes, open_page
from tests.boxes import check_box

PROMPT = "The naïve king said: 🙂 don't 1234 日本\n  ok <|endoftext|>"
NAMES = {
    "tokenizer-tokens",
    "tokenizer-cuts",
    "tokenizer-merges",
    "tokenizer-bytes",
    "tokenizer-byte-table",
    "tokenizer-search",
    "tokenizer-family",
    "tokenizer-costs",
}


def texts(app) -> str:
    return " ".join(str(e.value) for e in [*app.text, *app.caption, *app.warning])


@pytest.fixture(scope="module")
def app():
    return open_page("tokenizer", prompt=PROMPT)


def test_boxes_print_the_numbers_of_an_odd_prompt(app) -> None:
    found = boxes(app)
    assert set(found) == NAMES
    # The other boxes do not depend on the prompt: tests/pages/test_boxes.py runs them.
    for name in ("tokenizer-tokens", "tokenizer-merges", "tokenizer-bytes"):
        check_box(found[name])


def test_interactions(app) -> None:
    assert app.selectbox(key="tok_word").value == "endoftext"
    app.selectbox(key="tok_word").set_value(" king").run()
    n_steps = int(app.slider(key="tok_step").max)
    assert app.slider(key="tok_step").value == n_steps
    app.slider(key="tok_step").set_value(1).run()
    assert f"Step 1 of {n_steps}" in texts(app)
    assert boxes(app)["tokenizer-merges"].shown["ids"] == [5822]

    for query, says in [
        ("464, 3290", "2 tokens fit"),
        ("99999", "no token 99,999"),
        ("x", "whole"),
    ]:
        app.segmented_control(key="tok_by").set_value("ids").run()
        app.text_input(key="tok_find").set_value(query).run()
        assert says in texts(app)
        assert not app.exception
    app.segmented_control(key="tok_by").set_value("regex").run()
    app.text_input(key="tok_find").set_value("(").run()
    assert "not a regular expression" in texts(app)

    app.selectbox(key="tok_pair").set_value("indent").run()
    assert app.text_area(key="tok_b").value.count("\t") == 4
    app.button(key="tok_example_5").click().run()
    assert "<|endoftext|>" in app.text_area(key="prompt").value
    assert 50256 not in [row[0] for row in boxes(app)["tokenizer-tokens"].shown]
    assert not app.exception


def test_state_comes_from_the_url_and_nonsense_is_harmless() -> None:
    app = open_page(
        "tokenizer",
        prompt="word " * 700,
        tok_page="3",
        tok_per="250",
        tok_word="␣daughter",
        tok_step="many",
        tok_char="9",
        tok_lanes="nothing",
        tok_by="nothing",
        tok_find="king",
        tok_pair="x",
    )
    assert app.number_input(key="tok_page").value == 3
    assert app.text_input(key="tok_find").value == "king"
    assert "Tokens 500 to 700" in texts(app)
    assert boxes(app)["tokenizer-merges"].shown["ids"] == [4957]


def test_100_000_characters_and_one_more() -> None:
    text = ("The king's 3 dogs, naïve 🙂\n" * 4000)[:100_000]
    app = open_page("tokenizer", prompt=text)
    assert "100,000 characters" in texts(app)
    assert set(boxes(app)) == NAMES
    check_box(boxes(app)["tokenizer-tokens"])
    app.text_area(key="prompt").set_value("a" * 2**20).run()
    assert "1,048,576 characters; this server reads at most 100,000" in texts(app)
    assert len(app.text_area(key="prompt").value) == 2**20
    assert not app.exception
