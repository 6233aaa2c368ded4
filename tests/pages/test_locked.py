"""What a host locks or bounds, as a visitor sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import cache
from core.errors import LearnerError
from core.room.here import ROOMS
from pages.kit.exports import bounded
from pages.panels.compare.pairs import pairs, twin
from pages.shell.examples import DEFAULT_PROMPT, examples
from tests.app import open_page, prompt_of, settle


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch):
    plain = cache.settings()

    def change(**settings: object) -> None:
        changed = replace(plain, **settings)
        monkeypatch.setattr(cache, "settings", lambda: changed)

    return change


def test_a_locked_prompt_has_no_field_and_the_examples_still_change_it(limits):
    assert not any("locked" in one.value for one in open_page("sampling", panel=None).caption)
    limits(lock_prompt=True)
    app = open_page("sampling", panel=None)
    assert any("The prompt is locked here" in one.value for one in app.caption)
    drawn = {one.proto.component_name.rsplit(".", 1)[-1] for one in app.get("bidi_component")}
    assert drawn
    assert "prompt_field" not in drawn
    app.button(key="example_1").click().run()
    assert not app.exception
    assert prompt_of(app) == examples()[1].prompt


def test_a_link_brings_no_text_where_the_prompt_is_locked(limits):
    mine = "The wolf ate the"
    assert prompt_of(open_page("sampling", prompt=mine, panel=None)) == mine
    limits(lock_prompt=True)
    assert prompt_of(open_page("sampling", prompt=mine, panel=None)) == DEFAULT_PROMPT
    ready = examples()[1].prompt
    assert prompt_of(open_page("sampling", prompt=ready, panel=None)) == ready


def test_where_the_prompt_is_locked_no_other_text_is_typed_or_brought_either(limits):
    mine = "Once upon a time there was a king who had a beautiful daughter. The wolf"
    assert open_page("compare", other=mine, panel=None).text_area(key="compare_other").value == mine
    limits(lock_prompt=True)
    app = open_page("compare", other=mine)
    assert not app.text_area
    shown = [one.value for one in app.code]
    assert mine not in shown
    assert twin(DEFAULT_PROMPT) in shown
    app.button(key="compare_pair_number").click().run()
    assert not app.exception
    assert pairs()["number"].b in [one.value for one in app.code]
    assert not any("Enter applies" in one.value for one in open_page("overview").text)
    app = open_page("sampling", panel="surprise")
    assert not app.exception
    assert any("Perplexity" in one.label for one in app.metric)
    assert not any(one.key == "score_text" for one in app.text_area)


def test_a_teacher_locks_what_learners_type_and_which_model_they_have():
    code, key = ROOMS.open()
    learner = open_page("sampling", room=code)
    assert any(one.key == "model" for one in learner.selectbox)
    ROOMS.fix(code, key, True)
    learner.run()
    settle(learner)
    assert any("Your teacher has locked the prompt" in one.value for one in learner.caption)
    assert any("Your teacher has locked the model" in one.value for one in learner.caption)
    assert not any(one.key == "model" for one in learner.selectbox)
    learner.button(key="example_1").click().run()
    assert prompt_of(learner) == examples()[1].prompt
    teacher = open_page("sampling", room=code, lead=key)
    assert any(one.key == "model" for one in teacher.selectbox)
    ROOMS.fix(code, key, False)
    learner.run()
    settle(learner)
    assert any(one.key == "model" for one in learner.selectbox)
    ROOMS.end(code, key)
    assert prompt_of(learner) == examples()[1].prompt


def test_a_bound_for_files_is_said_before_it_is_met(limits):
    limits(max_export_mb=4)
    app = open_page("attention", panel=None)
    assert any("files of up to 4" in one.value for one in app.caption)


def test_a_file_beyond_the_bound_is_refused_in_words():
    assert bounded(lambda: "x" * 2**20, 1) == "x" * 2**20
    with pytest.raises(LearnerError, match="shorter prompt"):
        bounded(lambda: b"x" * (2**20 + 1), 1)
