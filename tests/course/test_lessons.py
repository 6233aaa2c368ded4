"""The eleven lessons on real models: each question answers or says why not, each address opens."""

from __future__ import annotations

import re

import pytest

from core.engine import Engine
from core.model import load_model
from core.questions import Found, ask
from pages.course.asking import Question, question_of
from pages.course.lesson import Step
from pages.course.reading import ORDER, OURS, Read, read
from tests import checkpoints
from tests.app import open_page

LESSONS = [read(OURS / name, "en") for name in ORDER]
STEPS = [(one, step) for one in LESSONS for step in one.lesson.steps]
ASKING = [(one, step) for one, step in STEPS if step.ask]


def name_of(value: object) -> str:
    return (
        value.lesson.id if isinstance(value, Read) else value.id if isinstance(value, Step) else ""
    )


def own_prompt(one: Read, step: Step) -> str:
    return step.fixed or one.lesson.prompt


def test_there_are_eleven_and_the_short_path_is_about_45_minutes():
    assert [one.lesson.id for one in LESSONS] == list(ORDER)
    assert sum(one.lesson.minutes for one in LESSONS) == pytest.approx(85, abs=8)
    short = [one.lesson.minutes for one in LESSONS if one.lesson.path(short=True)]
    assert sum(short) <= 52


@pytest.mark.parametrize("one", LESSONS, ids=name_of)
def test_a_guess_comes_before_its_answer_on_both_paths(one: Read):
    for short in (False, True):
        asked: set[str] = set()
        for step in one.lesson.path(short=short):
            if step.kind == "reveal":
                assert step.of in asked, f"{step.id} answers what nobody asked"
            if step.kind == "predict":
                asked.add(step.id)
                shown = one.lesson.opened(step).panel
                answers = [one.lesson.opened(s).panel for s in one.lesson.steps if s.of == step.id]
                assert shown is None or shown not in answers, f"{step.id} gives it away"


@pytest.mark.parametrize(("one", "step"), ASKING, ids=name_of)
def test_the_storyteller_answers(one: Read, step: Step, storyteller: Engine):
    """The question that the lesson means to ask is asked, and all its numbers are filled in.

    Its Python is run with that of all others, in one process: `test_results`.
    """
    question = question_of(storyteller, one, step, own_prompt(one, step))
    assert isinstance(question, Question), question
    assert question.number == 1, question.refused
    answers = [s for s in one.lesson.steps if s.of == step.id or s.uses == step.id]
    for section in (question.section, *(one.words.sections[s.id] for s in answers)):
        for text in (section.text, *section.options.values(), *section.feedback.values()):
            assert not re.search(r"\{\w+\}", question.words(text)), f"{step.id}: {text}"


@pytest.mark.parametrize(("one", "step"), ASKING, ids=name_of)
def test_every_wrong_answer_has_words_of_its_own(one: Read, step: Step, storyteller: Engine):
    question = question_of(storyteller, one, step, own_prompt(one, step))
    assert isinstance(question, Question)
    if question.ask.type in ("game", "vote"):
        return
    places = [s.id for s in one.lesson.steps if s.of == step.id] or [step.id]
    said = {key for name in places for key in one.words.sections[name].feedback}
    if question.ask.type in ("choice", "order"):
        named = set(question.ask.options) <= said | {
            question.ask.right or "",
            str(_right(question)),
        }
        assert named or "wrong" in said, said
    else:
        traps = {one.trap for one in question.found.candidates} if question.found else set()
        assert "wrong" in said or traps <= said, said


def _right(question: Question) -> object:
    return question.found.right if question.found else question.ask.right


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory, tiny: Engine):
    """A random small GPT-2, and another one of other shape with the published names."""
    folder = checkpoints.write_published(
        tmp_path_factory.mktemp("other"), checkpoints.model(seed=3, n_layer=4, n_head=2)
    )
    engine = Engine(load_model(str(folder)))
    yield [tiny, engine]
    engine.close()


@pytest.mark.parametrize(("one", "step"), ASKING, ids=name_of)
def test_another_model_answers_or_says_why_not(one: Read, step: Step, others: list[Engine]):
    for engine in others:
        question = question_of(engine, one, step, own_prompt(one, step))
        if isinstance(question, str):
            assert len(question) > 20
            assert question.endswith(".")
        elif isinstance(question.found, Found):
            assert question.found.numbers


@pytest.mark.parametrize(("one", "step"), STEPS, ids=name_of)
def test_each_step_opens_by_its_link(one: Read, step: Step):
    opened = one.lesson.opened(step)
    app = open_page(opened.page, panel=None, lesson=one.lesson.id, step=step.id)
    assert app.title[0].value == one.words.title
    assert not app.error
    told = [
        info.value
        for info in app.info
        if "asks for something" in info.value or "names a panel" in info.value
    ]
    assert not told
    assert bool(app.subheader) == (opened.panel is not None)


# --- the misconceptions fall to the model's own numbers -------------------------------------


def test_tokens_are_not_words(storyteller: Engine):
    found = _found(storyteller, "are-tokens-words", "count")
    assert found.right != found.numbers["n_words"].value


def test_a_loud_head_does_nothing_and_a_quiet_one_decides(storyteller: Engine):
    one = LESSONS[ORDER.index("is-attention-importance")]
    asks = [(s, a) for s in one.lesson.steps for a in s.ask if a.check == "effect_of_head_off"]
    rights = [
        ask(storyteller, "effect_of_head_off", own_prompt(one, s), **a.given).right
        for s, a in asks[:2]
    ]
    assert rights == ["nothing", "first_changes"]


def test_the_weights_are_the_same_after_the_chat(storyteller: Engine):
    one = LESSONS[ORDER.index("does-it-plan")]
    step = next(s for s in one.lesson.steps for a in s.ask if a.check == "weights_unchanged")
    assert _found(storyteller, "does-it-plan", step.id).right == "same"


def _found(engine: Engine, lesson: str, step: str) -> Found:
    one = LESSONS[ORDER.index(lesson)]
    question = question_of(
        engine, one, one.lesson.step(step), own_prompt(one, one.lesson.step(step))
    )
    assert isinstance(question, Question)
    assert question.found is not None
    return question.found
