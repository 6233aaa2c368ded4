"""Steps of lessons in both themes: axe finds nothing. test_first_look.py has the pages."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.axe import violations
from tests.e2e.conftest import Visit, wait_until_drawn

#: Steps of lessons, a question of each kind and what answers it.
STEPS = [
    ("attention", "who-looks-where", "guess"),
    ("tokenizer", "are-tokens-words", "count"),
    ("tokenizer", "are-tokens-words", "order"),
    ("sampling", "is-it-chance", "twice"),
    ("sampling", "beat-the-model", "game"),
]


@pytest.mark.parametrize(("name", "lesson", "step"), STEPS)
def test_a_step_of_a_lesson(name: str, lesson: str, step: str, visit: Visit, page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit(name, lesson=lesson, step=step)
    page.wait_for_selector(".st-key-lesson_band")
    found = []
    for scheme, width in (("dark", 1280), ("light", 1280), ("light", 400)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 720})
        wait_until_drawn(page)
        found += violations(page, f"{scheme} {width}")
    assert not found, "\n".join(found)


def test_axe_sees_into_a_shadow_root(page: Page) -> None:
    page.set_content(
        "<html lang='en'><title>Shadow</title><div role='main' id='host'></div></html>"
    )
    page.evaluate(
        """() => { document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML =
            '<p style="color: #999; background: #fff">pale</p>'; }"""
    )
    assert [one.split(":")[1].strip() for one in violations(page, "")] == ["color-contrast"]
