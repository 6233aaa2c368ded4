"""What a host locks or bounds, as a visitor sees it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core import cache
from core.errors import LearnerError
from pages.kit.exports import bounded
from pages.shell.examples import DEFAULT_PROMPT, examples
from tests.app import open_page, prompt_of


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


def test_a_bound_for_files_is_said_before_it_is_met(limits):
    limits(max_export_mb=4)
    app = open_page("attention", panel=None)
    assert any("files of up to 4" in one.value for one in app.caption)


def test_a_file_beyond_the_bound_is_refused_in_words():
    assert bounded(lambda: "x" * 2**20, 1) == "x" * 2**20
    with pytest.raises(LearnerError, match="shorter prompt"):
        bounded(lambda: b"x" * (2**20 + 1), 1)
