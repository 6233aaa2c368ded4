"""Beat the model: a text guessed token by token, the model's surprise beside one's own."""

from __future__ import annotations

import math
import re

import pytest
import torch
from streamlit.testing.v1 import AppTest
from transformers import GPT2LMHeadModel

from core.engine import Engine
from pages.course.answers import ANSWERS
from pages.course.reading import OURS, read
from tests.app import boxes, open_page, settle
from tests.boxes import check_box

LESSON = read(OURS / "beat-the-model", "en").lesson
STORY = LESSON.step("game").ask[0].text or ""


@pytest.fixture
def app() -> AppTest:
    return open_page("sampling", panel=None, lesson=LESSON.id, step="game")


def guess(app: AppTest, word: str) -> str:
    field = next(one for one in app.text_input if "tries left" in one.label)
    field.set_value(word)
    next(b for b in app.button if b.label == "Guess").click().run()
    settle(app)
    return said(app)


def said(app: AppTest) -> str:
    return "\n".join(part.value for part in [*app.markdown, *app.caption])


def test_the_text_begins_as_the_lesson_does_and_holds_back_the_rest(app: AppTest):
    shown = next(m.value for m in app.markdown if m.value.startswith(">"))
    assert LESSON.prompt in shown
    assert "count" not in shown


def test_right_and_wrong_guesses_are_counted_beside_the_models_surprise(
    app: AppTest, storyteller: Engine
):
    assert "Not this: “fly”" in guess(app, "fly")
    text = guess(app, "count")
    ids = storyteller.ids(STORY)
    first = len(storyteller.ids(LESSON.prompt))
    model = GPT2LMHeadModel.from_pretrained(storyteller.loaded.source, dtype=torch.float32)
    with torch.no_grad():
        log_probs = model.eval()(torch.tensor([ids])).logits[0].log_softmax(-1)
    surprise = -float(log_probs[first - 1, ids[first]]) / math.log(2)
    assert "You had it." in text
    told = re.search(r"It was “.*?”: ([\d.]+) bits", text)
    assert told
    assert float(told[1]) == pytest.approx(surprise, abs=0.01)
    saved = math.log2(50_257) - 2
    assert f"you have saved {saved:.1f}" in text or f"you have saved {saved:.2f}" in text
    check_box(boxes(app)["lesson-game"])
    kept = app.session_state[ANSWERS.name][f"{LESSON.id}/game"]
    assert kept.value == [2]


def test_three_misses_show_the_token_and_odd_guesses_are_text(app: AppTest):
    guess(app, "<b>bold</b>")
    assert "<b>" not in said(app)
    guess(app, "**")
    text = guess(app, "🙂")
    assert "You did not have it." in text
    assert "-3.0" in text or "−3.0" in text or "-3.00" in text


def test_the_text_can_be_played_to_its_end(app: AppTest, storyteller: Engine):
    n = len(storyteller.ids(STORY)) - len(storyteller.ids(LESSON.prompt))
    for _token in range(n):
        next(b for b in app.button if b.label == "Show it").click().run()
    settle(app)
    assert not [b for b in app.button if b.label == "Guess"]
    assert f"After {n} tokens" in said(app)
    app.button(key="lesson_next").click().run()
    settle(app)
    assert f"After {n} tokens" in said(app)
    assert "Shannon" in said(app)
