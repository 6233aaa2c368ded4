"""What came out of the course as words, and what a lesson is on paper."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from functools import partial
from pathlib import Path

import nbformat
import pytest

from core.engine import Engine
from core.model.catalogue import STORYTELLER
from core.recipes.notebook import notebook
from core.recipes.recipe import differences
from pages.course.answers import Given
from pages.course.asking import Question, question_of
from pages.course.beliefs import STATEMENTS, moved, overturned_by
from pages.course.boxes import for_learner
from pages.course.keeping import Kept
from pages.course.key_numbers import in_bold, key_sentences
from pages.course.reading import OURS, read_folder
from pages.course.results import as_markdown, believed, predicted
from pages.course.sheet import about, items
from pages.course.template import template
from pages.course.texts import as_text, asks
from pages.kit.current import Current
from pages.kit.prose import prose
from pages.kit.words import plain
from pages.shell.course_beliefs import said
from tests.boxes import run_box

LESSONS = read_folder(OURS, "en")[0]
PROSE = partial(prose, "lessons")


@pytest.fixture
def now(storyteller: Engine) -> Current:
    return about(Current(storyteller, "", (), 0, "storyteller"), "Once upon a time")


def test_each_statement_has_its_lesson_and_its_words():
    about_it = overturned_by(LESSONS)
    assert list(about_it) == list(STATEMENTS)
    assert about_it["learns-while-chatting"].lesson.id == "does-it-plan"
    for name in STATEMENTS:
        assert PROSE(f"statement_{name}")
        assert not any(c.isdigit() for c in PROSE(f"statement_{name}_truth"))


def test_what_is_true_is_told_when_its_lesson_is_done_or_all_is_over():
    one = Kept(frozenset({"what-comes-back"}), before={"looks-up": "agree"})
    told = believed(one, LESSONS, PROSE)
    assert [bool(belief.truth) for belief in told] == [True] + 6 * [False]
    assert all(b.truth for b in believed(Kept(after={"looks-up": "agree"}), LESSONS, PROSE))
    assert moved({"looks-up": "agree", "same-answer": "agree"}, {"looks-up": "unsure"}) == [
        "looks-up"
    ]


def test_the_text_to_keep_says_all_of_it():
    odd = "*odd* <b>"
    kept = Kept(
        answers={
            "is-it-chance/twice": Given(
                "same", "The same", "same", False, odd, "Different", 1, "Will it be the same?"
            ),
            "unknown/step": Given(1, "1", "right", True, "A"),
        },
        before={"looks-up": "agree"},
        after={"looks-up": "disagree"},
    )
    text = as_markdown(kept, LESSONS, PROSE, said)
    assert "Before: I agree → After: I disagree" in text
    assert "## Is it chance, is it creativity?" in text
    assert "You said: The same · The model: Different" in text
    assert plain(odd) in text
    assert "<b>" not in text
    assert [one.title for one in predicted(kept.answers, LESSONS)] == [
        "Is it chance, is it creativity?"
    ]
    assert as_markdown(Kept(), LESSONS, PROSE, said).startswith("# What I have found out")


def test_a_sentence_with_its_marks_taken_off():
    assert as_text("A **bold** [token](glossary?term=token) and 2 * 3 * 4 &#42;") == (
        "A bold token and 2 * 3 * 4 *"
    )
    assert asks("Look.\n\n> a text\n\nWhere?") == "Where?"
    assert asks("") == ""
    assert in_bold("One {n}. Two **{n}**! “Three **{n}**.” Four.") == [
        "Two **{n}**!", "“Three **{n}**."
    ]  # fmt: skip


@pytest.mark.parametrize("read", LESSONS, ids=lambda read: read.lesson.id)
def test_each_lesson_has_its_sheet_and_its_numbers(now: Current, read):
    found = items(now, read)
    asked = [
        step for step in read.lesson.steps
        if step.ask and step.ask[0].type != "game"
        and isinstance(
            question_of(now.engine, read, step, step.fixed or read.lesson.prompt), Question
        )
    ]  # fmt: skip
    assert len(found) == len(asked) >= 2
    for item in found:
        whole = " ".join([item.text, *item.choices, item.answer, item.why])
        assert "{" not in whole
        assert "](" not in whole  # paper has no links
        assert item.answer or item.kind == "vote"
        assert item.lines
        if item.kind in ("choice", "order"):
            assert all(part in item.choices for part in item.answer.split(" → "))
    numbers = [sentence for _step, sentence in key_sentences(now.engine, read)]
    assert numbers or read.lesson.id == "beat-the-model"
    assert all("**" in sentence and "{" not in sentence for sentence in numbers)


@pytest.mark.parametrize("read", LESSONS, ids=lambda read: read.lesson.id)
def test_on_a_random_model_a_sheet_has_what_can_be_asked_and_the_numbers_say_why_not(
    tiny: Engine, read
):
    on_it = about(Current(tiny, "", (), 0, "tiny"), "A")
    for item in items(on_it, read):
        assert item.answer or item.kind == "vote"
        assert "{" not in item.text + item.why
    for step, sentence in key_sentences(tiny, read):
        asking = read.lesson.step(step.of or "")
        refused = question_of(tiny, read, asking, asking.fixed or read.lesson.prompt)
        assert "**" in sentence or sentence == refused


def test_the_notebook_of_all_reveals_runs_from_top_to_bottom(now: Current):
    """One model is loaded once for all; each cell leaves what its lesson said."""
    asked = [
        question_of(now.engine, read, step, step.fixed or read.lesson.prompt)
        for read in LESSONS for step in read.lesson.steps if step.ask
    ]  # fmt: skip
    found = [q.found.recipe for q in asked if isinstance(q, Question) and q.found is not None]
    assert len(found) > 15
    here = replace(now, source=str(STORYTELLER), source_note="The model is in a folder.")
    recipes = [for_learner(here, recipe) for recipe in found]
    book = nbformat.reads(notebook("Lessons", recipes), 4)
    cells = [cell.source for cell in book.cells if cell.cell_type == "code"][1:]
    results = [f"results.append(({n}, result))" for n in range(len(recipes))]
    code = "\n".join(
        ["results = []", cells[0], *(line for pair in zip(cells[1:], results, strict=True)
                                     for line in pair), "result = [one for _n, one in results]"]
    )  # fmt: skip
    printed = run_box(code + "\nprint(len(result))")[0]
    for made, recipe in zip(printed, recipes, strict=True):
        assert not differences(made, recipe.shown, recipe.tolerance), recipe.name


def test_the_lesson_to_start_from_is_whole(now: Current, tmp_path: Path):
    with zipfile.ZipFile(io.BytesIO(template())) as archive:
        archive.extractall(tmp_path)
    (read,), mistakes = read_folder(tmp_path, "en")
    assert not mistakes
    assert [item.kind for item in items(now, read)] == ["number", "choice"]
    assert [item.answer for item in items(now, read)] == ["9", "Pieces that come often"]
    assert set(read.words.sections["teacher"].feedback) == {
        "time", "expect", "under", "between", "over", "misconception", "figure"
    }  # fmt: skip
