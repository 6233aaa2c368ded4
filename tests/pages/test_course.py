"""The page of the course under AppTest: every part, and what a bad link or an odd answer does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from streamlit.testing.v1 import AppTest

from core import cache
from pages.course.answers import ANSWERS, DONE, Given
from pages.course.beliefs import AFTER, BEFORE, SKIPPED, STATEMENTS
from pages.course.boxes import SEEN_BOXES
from pages.course.keeping import packed, unpacked
from pages.course.progress import SEEN
from pages.course.reading import OURS, Read, read_folder
from pages.kit.words import plain
from tests.app import open_page, set_prompt, settle
from tests.boxes import run_box
from tests.pages.test_lesson import held, press, words

TRIAL = Path(__file__).parent.parent / "lessons"


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GPT2_HOOD_LESSONS", str(TRIAL))
    cache.settings.clear()
    yield
    cache.settings.clear()


def course(**query: str) -> AppTest:
    return open_page("lessons", panel=None, **query)


def kept(app: AppTest, memory):
    found = memory.start
    if memory.name in app.session_state:
        found = app.session_state[memory.name]
    return found


def keys(app: AppTest) -> list[str]:
    return [button.key for button in app.button if button.key]


def go(app: AppTest, page: str, **query: str) -> None:
    """Another page in the same session; AppTest itself stays on the page where it began."""
    app.switch_page(f"pages/{page}.py")
    app.query_params.clear()
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    settle(app)


def primary(app: AppTest) -> list[str]:
    return [b.key for b in app.button if b.key and b.proto.type == "primary"]


def test_the_course_lists_its_eleven_lessons_and_asks_first_what_one_believes():
    app = course()
    titles = [heading.value for heading in app.subheader]
    assert len(titles) == 11
    assert titles[0] == "1 · What does the model give back?"
    assert "Overturns: “It looks up answers.”" in words(app)
    assert primary(app) == ["course_entrance"]
    press(app, "skip_entrance")
    assert primary(app) == ["begin_what-comes-back"]
    app.radio(key="course_path").set_value(True).run()
    assert len(app.subheader) == 6
    assert held(app, "path") == "short"
    press(app, "begin_what-comes-back")
    assert held(app, "path") == "short"
    assert "Step 1 of 5" in words(app)


def test_a_lesson_goes_on_where_it_was_left(trial: None):
    app = open_page("overview", panel=None, lesson="a-trial", step="start")
    go(app, "tokenizer", lesson="a-trial", step="count")
    go(app, "lessons")
    steps = sum(len(read.lesson.steps) for read in lessons_there())
    assert app.get("progress")[0].proto.text == f"0 of 12 lessons, 2 of {steps} steps"
    assert app.button(key="begin_a-trial").label == "Continue at step 2"
    press(app, "begin_a-trial")
    assert held(app, "step") == "count"


def test_a_step_that_is_not_on_the_short_path_leads_to_the_next_one_that_is(trial: None):
    app = course(path="short")
    app.session_state[SEEN.name] = ("a-trial/fixed",)
    app.run()
    assert app.button(key="begin_a-trial").label == "Continue at step 5"
    press(app, "begin_a-trial")
    assert held(app, "step") == "so"


def lessons_there() -> list[Read]:
    return [*read_folder(OURS, "en")[0], *read_folder(TRIAL, "en")[0]]


def test_what_was_just_finished_is_said_and_what_comes_next_is_offered():
    app = course(finished="is-it-chance")
    assert "You have finished" not in words(app)  # somebody else's link
    app.session_state[DONE.name] = frozenset({"is-it-chance"})
    app.run()
    assert "**You have finished “Is it chance, is it creativity?”.**" in words(app)
    assert primary(app) == ["course_go_on"]
    assert app.button(key="course_go_on").label == "Next: Does it plan, does it learn?"
    press(app, "course_go_on")
    assert held(app, "lesson") == "does-it-plan"


def test_before_and_after():
    app = course()
    press(app, "course_entrance")
    assert held(app, "part") == "entrance"
    assert app.radio[0].label.startswith("It looks up its answers")
    assert len(app.radio) == len(STATEMENTS)
    app.radio(key="entrance_looks-up").set_value("agree").run()
    press(app, "beliefs_done")
    assert kept(app, BEFORE) == {"looks-up": "agree"}
    assert primary(app) == ["begin_what-comes-back"]
    app.session_state[DONE.name] = frozenset(
        key.removeprefix("begin_") for key in keys(app) if key.startswith("begin_")
    )
    app.run()
    assert "gone through all lessons" in words(app)
    press(app, "course_end")
    app.radio(key="exit_looks-up").set_value("disagree").run()
    app.radio(key="exit_same-answer").set_value("unsure").run()
    press(app, "beliefs_done")
    assert held(app, "part") == "results"
    assert kept(app, AFTER) == {"looks-up": "disagree", "same-answer": "unsure"}
    assert "Before: I agree → After: I disagree" in words(app)
    assert "It has no database and no web" in words(app)
    assert "I see 1 otherwise now" in words(app)


@pytest.mark.parametrize("part", ["entrance", "exit"])
def test_each_of_them_can_be_skipped(part: str):
    app = course(part=part)
    press(app, "beliefs_skip")
    assert kept(app, SKIPPED) == frozenset({part})
    assert not kept(app, BEFORE)
    assert not kept(app, AFTER)
    if part == "exit":
        assert "Nothing yet." in words(app)


def test_what_was_predicted_is_kept_with_its_python(trial: None):
    app = open_page("tokenizer", panel=None, lesson="a-trial", step="count")
    app.number_input[0].set_value(15).run()
    press(app, "lesson_commit")
    assert held(app, "step") == "pieces"
    go(app, "lessons", part="results")
    said = words(app)
    assert "How many tokens has" in said
    assert "You said: 15 · The model: 16" in said
    (recipe,) = kept(app, SEEN_BOXES).values()
    assert recipe.question.startswith("A trial: How many tokens has")
    assert run_box(recipe.code)[0] == recipe.shown
    assert [b.proto.label for b in app.get("download_button")] == [
        "As a text to keep", "Python as a notebook"
    ]  # fmt: skip


def test_the_notebook_of_what_was_seen(trial: None):
    from core.recipes.notebook import notebook

    app = open_page("tokenizer", panel=None, lesson="a-trial", step="pieces")
    book = nbformat.reads(notebook("Lessons", list(kept(app, SEEN_BOXES).values())), 4)
    assert any("A trial: How many tokens has" in cell.source for cell in book.cells)
    code = "\n\n".join(cell.source for cell in book.cells[3:] if cell.cell_type == "code")
    assert run_box(code)[0] == [16, 15, 72]


ODD = ["<b>bold</b>", "**x** [y](http://e.org)", ":material/delete: --", "$x$ `c`", "🙂 ‮", "{n}"]


@pytest.mark.parametrize("typed", ODD)
def test_an_odd_answer_is_shown_as_text(typed: str):
    app = open_page("embeddings", panel=None, lesson="who-taught-meaning", step="bear")
    field = next(one for one in app.text_input if (one.key or "").startswith("answer_"))
    field.set_value(typed).run()
    press(app, "lesson_commit")
    assert f"You said: {plain(typed)}" in words(app)
    go(app, "lessons", part="results")
    assert f"You said: {plain(typed)}" in words(app)


def test_an_answer_that_a_browser_kept_never_breaks_a_question(trial: None):
    """Whatever it is: another kind, another number, names that there are no more."""
    prompt = "Once upon a time there was a king who had a beautiful daughter. The king"
    for step, page in {"count": "tokenizer", "look": "attention", "so": "sampling"}.items():
        for value in (-5, 2**53, 1.5, "text", ["x", "y"]):
            found = Given(value, "odd", "odd", False, prompt, "truth", 1, "asked")
            app = open_page(page, panel=None, lesson="a-trial", step=step, prompt=prompt)
            app.session_state[ANSWERS.name] = {f"a-trial/{step}": found}
            app.run()
            settle(app)
            assert "odd" in words(app)


def test_starting_over_forgets_all_of_it():
    app = course()
    app.session_state[DONE.name] = frozenset({"is-it-chance"})
    app.session_state[BEFORE.name] = {"looks-up": "agree"}
    app.run()
    press(app, "course_start_over")
    assert not kept(app, DONE)
    assert not kept(app, BEFORE)
    assert primary(app) == ["course_entrance"]


# --- for teachers ---------------------------------------------------------------------------


def test_the_teachers_page_has_a_section_for_each_lesson_and_opens_the_one_that_is_named():
    app = course(part="teacher", lesson_id="are-tokens-words")
    labels = [box.label for box in app.expander]
    assert labels[:2] == ["1 · What does the model give back?", "2 · Are tokens words?"]
    said = words(app)
    for title in ("Time.", "What most will say.", "If fewer than 35% are right.", "If 35% to 70%"):
        assert f"**{title}" in said
    assert "**12** tokens for 5 Italian words" in said  # computed on the model that is there
    assert "Most choose the right word" not in said  # what is closed is not drawn
    press(app, "part_worksheet_are-tokens-words")
    assert held(app, "part") == "worksheet"
    assert app.header[0].value == "Worksheet: Are tokens words?"
    assert app.header[1].value == "Answers: Are tokens words?"
    press(app, "course_back")
    assert held(app, "part") == "teacher"


def test_how_to_write_a_lesson_tells_what_is_wrong_with_ones_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    folder = tmp_path / "broken"
    folder.mkdir()
    (folder / "lesson.yaml").write_text("id: broken\nminutes: many\n")
    (folder / "en.md").write_text("---\ntitle: a\nquestion: b\noverturns: c\n---\n")
    monkeypatch.setenv("GPT2_HOOD_LESSONS", str(tmp_path))
    cache.settings.clear()
    try:
        app = course(part="write")
        assert any("broken/lesson.yaml, line 2: minutes:" in w.value for w in app.warning)
        assert app.get("download_button")[0].proto.label == "A lesson to start from"
        assert "`top_token`" in words(app)
    finally:
        cache.settings.clear()


# --- bad links ------------------------------------------------------------------------------


def test_an_unknown_part_is_a_sentence_above_the_course():
    app = course(part="<b>none</b>")
    assert "This page has no part" in app.info[0].value
    assert "<b>" not in app.info[0].value
    assert len(app.subheader) == 11


def test_a_worksheet_of_no_lesson_is_a_sentence():
    app = course(part="worksheet", lesson_id="*none*")
    assert "There is no lesson" in app.info[0].value
    assert "*none*" not in app.info[0].value


def test_results_without_any_answer():
    app = course(part="results")
    assert "Nothing yet." in words(app)
    assert not app.get("download_button")


def test_results_of_one_who_looked_and_never_answered():
    app = course(part="results")
    app.session_state[DONE.name] = frozenset({"is-it-chance"})
    app.run()
    assert "No question has been answered yet." in words(app)
    assert "drawn by chance" in words(app)


def test_another_prompt_does_not_change_the_course():
    app = course()
    set_prompt(app, "Strawberries").run()
    assert len(app.subheader) == 11


def test_what_a_session_did_can_be_kept(trial: None):
    app = open_page("tokenizer", panel=None, lesson="a-trial", step="count")
    app.number_input[0].set_value(16).run()
    press(app, "lesson_commit")
    from pages.course.keeping import Kept

    done = Kept(kept(app, DONE), kept(app, SEEN), kept(app, ANSWERS))
    assert unpacked(packed(done)) == done
    assert json.loads(packed(done))["answers"]["a-trial/count"]["said"] == "16"
