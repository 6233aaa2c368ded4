"""The tokenizer page under AppTest: its numbers, its state from the URL, bad input."""

from __future__ import annotations

import pytest

from tests.app import boxes, open_page, prompt_of, set_prompt
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
    assert app.slider(key="tok_step").value == 0
    assert "nothing joined yet" in texts(app)
    app.slider(key="tok_step").set_value(1).run()
    assert f"Step 1 of {n_steps}" in texts(app)
    assert boxes(app)["tokenizer-merges"].shown["ids"] == [5822]

    app.selectbox(key="tok_pair").set_value("indent").run()
    assert app.text_area(key="tok_b").value.count("\t") == 4
    app.button(key="tok_example_5").click().run()
    assert "<|endoftext|>" in prompt_of(app)
    assert 50256 not in [row[0] for row in boxes(app)["tokenizer-tokens"].shown]
    assert not app.exception


@pytest.mark.parametrize(
    ("by", "query", "says"),
    [
        ("ids", "464, 3290", "2 tokens fit"),
        ("ids", "99999", "no token 99,999"),
        ("ids", "-1", "from 0 to 50,256"),
        ("ids", "x", "not a whole number"),
        ("ids", "1.5", "not a whole number"),
        ("ids", "9" * 40, "not a whole number"),
        ("ids", "1 " * 2**19, "at most 10,000"),
        ("bytes", "F", "pairs"),
        ("regex", "(", "not a regular expression"),
        ("regex", "a(?!b)", "look-around"),
        ("regex", "x" * 2**20, "at most 200 characters; this one has 1,048,576"),
        ("text", "x" * 2**20, "at most 200 characters; this one has 1,048,576"),
        ("text", "<script>alert(1)</script>", "No token fits"),
    ],
)
def test_searches_are_answered_in_words_and_kept(app, by: str, query: str, says: str) -> None:
    app.segmented_control(key="tok_by").set_value(by).run()
    app.text_input(key="tok_find").set_value(query).run()
    assert says in texts(app)
    assert app.text_input(key="tok_find").value == query
    assert not app.exception


def test_compared_texts_that_are_too_long_are_refused_and_kept(app) -> None:
    app.text_area(key="tok_b").set_value("x" * 2**20).run()
    assert "1,048,576 characters" in texts(app)
    assert "at most 2,000" in texts(app)
    assert len(app.text_area(key="tok_b").value) == 2**20
    # Two panels may refuse at the same time.
    app.segmented_control(key="tok_by").set_value("regex").run()
    app.text_input(key="tok_find").set_value("(").run()
    app.run()
    assert not app.exception
    assert "at most 2,000" in texts(app)
    assert "not a regular expression" in texts(app)
    app.text_area(key="tok_b").set_value("").run()
    assert "The first text costs" in texts(app)
    assert not app.exception


def test_the_bytes_follow_the_chosen_token() -> None:
    text = "The old house by the river was empty again, said the king: 日本語"
    app = open_page("tokenizer", prompt=text, tok_at="1")

    def characters() -> str:
        data = "".join(row[0] for row in boxes(app)["tokenizer-bytes"].shown)
        return bytes.fromhex(data).decode()

    assert app.number_input(key="tok_at").value == 1
    assert app.selectbox(key="tok_char").value is None
    assert characters().startswith("The old house")
    app.number_input(key="tok_at").set_value(7).run()
    assert " empty" in characters()
    app.selectbox(key="tok_char").set_value(0).run()
    assert app.number_input(key="tok_at").value == 14
    assert "日" in characters()
    # Another text: nothing is chosen in it yet, so its first split character is shown.
    set_prompt(app, "Oh my 🙂日").run()
    assert app.number_input(key="tok_at").value == 3
    assert not app.exception
    set_prompt(app, "Oh").run()
    assert app.number_input(key="tok_at").value == 0
    assert "inside one token" in texts(app)


@pytest.mark.parametrize(
    "prompt",
    [
        "   ",
        " " * 2000,
        "a" * 2000,
        "🙂" * 700,
        "a\x00b\x07\x7f\r\n\t",
        "e\u0301\u0327 مرحبا بالعالم $x_1$ <script>alert(1)</script> **b** [l](u)",
    ],
    ids=["blank", "blanks", "one-word", "emoji", "controls", "signs"],
)
def test_odd_prompts(prompt: str) -> None:
    app = open_page("tokenizer", prompt=prompt, tok_at="7000")
    assert set(boxes(app)) == NAMES
    for name in ("tokenizer-tokens", "tokenizer-cuts", "tokenizer-merges", "tokenizer-bytes"):
        check_box(boxes(app)[name])
    assert boxes(app)["tokenizer-tokens"].shown


def test_state_comes_from_the_url_and_nonsense_is_harmless() -> None:
    app = open_page(
        "tokenizer",
        prompt="word " * 700,
        tok_page="3",
        tok_per="250",
        tok_word="␣daughter",
        tok_step="many",
        tok_at="9",
        tok_lanes="nothing",
        tok_by="nothing",
        tok_find="king",
        tok_pair="x",
    )
    assert app.number_input(key="tok_page").value == 3
    assert app.text_input(key="tok_find").value == "king"
    assert "Tokens 500 to 700" in texts(app)
    assert app.number_input(key="tok_at").value == 9
    assert boxes(app)["tokenizer-merges"].shown["ids"] == [4957]


def test_100_000_characters_and_one_more() -> None:
    text = ("The king's 3 dogs, naïve 🙂\n" * 4000)[:100_000]
    app = open_page("tokenizer", prompt=text)
    assert "100,000 characters" in texts(app)
    assert set(boxes(app)) == NAMES
    check_box(boxes(app)["tokenizer-tokens"])
    set_prompt(app, "a" * 2**20).run()
    assert "1,048,576 characters; this server reads at most 100,000" in texts(app)
    assert len(prompt_of(app)) == 2**20
    assert not app.exception


def test_the_token_that_all_pages_follow_is_followed_here_too() -> None:
    app = open_page("tokenizer", prompt="The king saw the old king", token="4")
    assert app.number_input(key="tok_at").value == 4
    app.session_state["token"] = 1  # the bar on top; AppTest knows no components
    app.run()
    assert app.number_input(key="tok_at").value == 1
    app.number_input(key="tok_at").set_value(3).run()
    assert app.number_input(key="tok_at").value == 3
