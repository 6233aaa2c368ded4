"""A lesson on the live model: every kind of step, as a learner goes through it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from core.engine import Engine
from pages.course.place import OWN
from pages.course.reading import OURS, read
from tests.app import boxes, open_page, prompt_of, set_prompt, settle
from tests.boxes import check_box

TRIAL = Path(__file__).parent.parent / "lessons"
PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


@pytest.fixture(autouse=True)
def trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GPT2_HOOD_LESSONS", str(TRIAL))
    cache.settings.clear()
    yield
    cache.settings.clear()


def at_step(step: str, page: str, **query: str) -> AppTest:
    return open_page(page, panel=None, lesson="a-trial", step=step, **query)


def press(app: AppTest, key: str) -> AppTest:
    app.button(key=key).click().run()
    settle(app)
    return app


def held(app: AppTest, name: str) -> str:
    """What the address holds; AppTest has a list of it, or the one value after a change of page."""
    value = app.query_params[name]
    return value if isinstance(value, str) else value[-1]


def words(app: AppTest) -> str:
    parts = [*app.markdown, *app.caption, *app.info, *app.success]
    return "\n".join(part.value for part in parts)


def test_the_course_leads_into_a_lesson_and_back():
    app = open_page("lessons", panel=None)
    press(app, "begin_a-trial")
    assert app.title[0].value == "A trial"
    assert held(app, "step") == "start"
    assert held(app, "panel") == "machine"
    assert "Step 1 of 9" in words(app)
    press(app, "lesson_leave")
    assert app.title[0].value == "How does a language model work?"


def test_a_guess_comes_before_its_answer_and_is_explained():
    app = at_step("count", "tokenizer")
    assert app.title[0].value == "A trial"
    assert not app.subheader  # no panel gives it away
    assert app.button(key="lesson_commit").disabled
    app.number_input[0].set_value(15).run()  # the words
    press(app, "lesson_commit")
    said = words(app)
    assert held(app, "step") == "pieces"
    assert "You said: 15 · The model: 16" in said
    assert "You counted words." in said
    assert "It has **16** tokens and 15 words." in said
    assert [heading.value for heading in app.subheader] == ["What does the model see of your text?"]
    for recipe in boxes(app).values():
        check_box(recipe)
    press(app, "lesson_back")
    assert app.number_input[0].value == 15
    assert "You can still change your answer: “15”" in words(app)
    app.number_input[0].set_value(16).run()
    press(app, "lesson_commit")
    assert "Just so." in words(app)


def test_a_place_that_the_check_finds_is_opened_and_what_is_done_is_noticed():
    app = at_step("look", "attention")
    press(app, "lesson_next")
    assert "You skipped the question" in words(app)
    layer, head = held(app, "layer"), held(app, "head")
    assert f"head {head} of layer {layer}" in app.subheader[0].value
    press(app, "lesson_next")
    assert held(app, "step") == "off"
    assert "Do it below" in words(app)
    off = app.multiselect(key="attention_off")
    off.set_value([*off.value, "L0.H0"]).run()
    assert "Done." in words(app)


def test_a_step_about_its_own_text_says_so_when_the_prompt_is_another_one():
    app = at_step("fixed", "sampling")
    assert held(app, "prompt") == "The capital of France is"
    set_prompt(app, "Strawberries in wintertime").run()
    assert "about a text of its own" in words(app)
    press(app, "lesson_text")
    assert held(app, "prompt") == "The capital of France is"
    press(app, "lesson_next")
    press(app, "lesson_next")
    assert held(app, "step") == "so"


def test_a_text_of_the_learners_own_stays_until_the_lesson_needs_its_own():
    app = at_step("count", "tokenizer")
    set_prompt(app, "Strawberries in wintertime").run()
    press(app, "lesson_next")
    assert held(app, "prompt") == "Strawberries in wintertime"
    assert "It has **6** tokens and 3 words." in words(app)
    assert app.session_state[OWN.name] == {"a-trial": "Strawberries in wintertime"}


def test_a_question_that_the_prompt_cannot_carry_becomes_another_one():
    app = at_step("look", "attention", prompt="One")
    assert "Does a token look far back, or near?" in words(app)
    app.radio[0].set_value("far").run()
    press(app, "lesson_commit")
    assert "You said: Far" in words(app)
    assert "Some do." in words(app)


def test_the_last_step_explains_at_once_and_ends_the_lesson():
    app = at_step("so", "sampling")
    app.radio[0].set_value("facts").run()
    press(app, "lesson_commit")
    assert "It has none." in words(app)
    press(app, "lesson_next")
    assert held(app, "finished") == "a-trial"
    assert "check_circle" in words(app)


@pytest.mark.parametrize("kind", ["lesson", "step"])
def test_a_link_that_names_nothing_is_a_sentence(kind: str):
    asked = {"lesson": "a-trial", "step": "count", kind: "<b>none</b>"}
    app = open_page("tokenizer", panel=None, **asked)
    assert app.info
    assert "<b>" not in app.info[0].value
    assert app.title[0].value == "How does text become numbers?"


def test_a_wandering_learner_finds_the_page_as_it_always_is(storyteller: Engine):
    app = at_step("count", "tokenizer")
    app.switch_page("pages/attention.py")
    app.query_params.clear()
    app.run()
    settle(app)
    assert app.title[0].value != "A trial"
    assert boxes(app)


def test_a_bare_link_opens_the_lesson_with_its_own_text_and_its_panel_alone():
    app = open_page("attention", panel=None, lesson="a-trial", step="off", prompt=None)
    assert prompt_of(app) == PROMPT
    assert held(app, "prompt") == PROMPT
    assert [b.label for b in app.button if b.label == "Close"] == []
    app = open_page("attention", panel=None, lesson="is-attention-importance")
    assert prompt_of(app) == read(OURS / "is-attention-importance", "en").lesson.prompt


def test_a_question_that_ends_a_lesson_has_its_python_too_and_the_lesson_its_end():
    app = open_page("tokenizer", panel=None, lesson="are-tokens-words", step="order")
    assert not boxes(app)
    assert app.button(key="lesson_next").label == "Skip"
    app.multiselect[0].set_value(["english", "smile", "italian"]).run()
    press(app, "lesson_commit")
    assert "You said:" in words(app)
    (made,) = boxes(app).values()
    check_box(made)
    assert app.button(key="lesson_next").label == "Finish the lesson"
