"""The course in a browser: found with one click, gone through by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from pages.course.lesson import Step
from pages.course.reading import ORDER, OURS, Read, read
from tests.e2e.conftest import (
    Visit,
    check_no_error,
    wait_for,
    wait_until_idle,
)

LESSONS = [read(OURS / name, "en") for name in ORDER]
SHORT = [one for one in LESSONS if one.lesson.path(short=True)]
#: So many stops of the Tab key lead at most from the head of a step to what is looked for.
MOST_STOPS = 80

#: Whether the keyboard is in an element with this class, seen through the roots of components.
IN = """(name) => {
  let at = document.activeElement;
  return Boolean(at && at.closest('.st-key-' + name));
}"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the keyboard is in what has this key."""
    for _stop in range(MOST_STOPS):
        if page.evaluate(IN, name):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no number of Tabs leads to {name}")


def press(page: Page, name: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Enter")


def wait_for_step(page: Page, lesson: str, step: str) -> None:
    wait_for(
        page,
        """([lesson, step]) => {
          const at = new URLSearchParams(location.search);
          const band = document.querySelector('.st-key-lesson_band');
          return at.get('lesson') === lesson && at.get('step') === step
            && band && band.contains(document.activeElement);
        }""",
        arg=[lesson, step],
    )
    wait_until_idle(page)


def answer(page: Page, step: Step) -> bool:
    """Answer a step's question by keyboard; whether there was one that can be answered."""
    control = page.locator('.st-key-lesson_band [class*="st-key-answer_"]').first
    kind = step.ask[0].type
    if kind == "game" or not control.count():
        return False
    name = re.search(r"st-key-(answer_\S+)", control.get_attribute("class") or "")
    assert name
    tab_to(page, name[1])
    if kind == "number":
        page.keyboard.type("7")
        page.keyboard.press("Enter")
    elif kind == "order":
        for _option in step.ask[0].options:
            page.keyboard.press("ArrowDown")
            page.keyboard.press("Enter")
            page.wait_for_timeout(200)
        page.keyboard.press("Escape")
    elif kind == "token" and step.ask[0].typed:
        page.keyboard.type("the")
        page.keyboard.press("Enter")
    else:
        page.keyboard.press("Space")
    wait_until_idle(page)
    expect(page.locator(".st-key-lesson_commit button")).to_be_enabled()
    return True


def go_through(page: Page, one: Read) -> int:
    """All steps of the short path; returns how many questions were answered."""
    answered = 0
    path = one.lesson.path(short=True)
    for step in path:
        wait_for_step(page, one.lesson.id, step.id)
        check_no_error(page)
        asks = step.kind in ("predict", "transfer") and answer(page, step)
        if asks:
            answered += 1
            press(page, "lesson_commit")
        if not asks or step.kind == "transfer":
            if asks:  # its feedback comes on the same page
                expect(page.locator(".st-key-lesson_band")).to_contain_text("You said:")
                wait_until_idle(page)
                page.locator(".st-key-lesson_band").focus()
            press(page, "lesson_next")
    return answered


def test_a_newcomer_finds_the_course_with_one_click(visit: Visit):
    page = visit("overview", panel="machine")
    page.locator(".st-key-hero_course a").click()
    expect(page).to_have_url(re.compile(r"/lessons"))
    wait_until_idle(page)
    expect(page.locator("h1")).to_have_text("How does a language model work?")
    expect(page.locator('[class*="st-key-begin_what-comes-back"] button').first).to_be_visible()


@pytest.mark.parametrize("one", SHORT, ids=lambda one: one.lesson.id)
def test_the_short_path_is_gone_through_by_keyboard_alone(visit: Visit, one: Read):
    first = one.lesson.path(short=True)[0]
    page = visit(one.lesson.opened(first).page, lesson=one.lesson.id, path="short", panel="machine")
    asked = [s for s in one.lesson.path(short=True) if s.ask and s.kind != "reveal"]
    assert go_through(page, one) == len(asked)
    page.wait_for_url(re.compile(r"/lessons\?"))
    wait_until_idle(page)
    check_no_error(page)


def test_leaving_gives_the_page_back_as_it_was(visit: Visit):
    page = visit("lessons")
    page.locator('[class*="st-key-begin_what-comes-back"] button').first.click()
    page.wait_for_selector(".st-key-lesson_band")
    wait_until_idle(page)
    page.locator(".st-key-lesson_leave button").click()
    expect(page).to_have_url(re.compile(r"/lessons"))
    wait_until_idle(page)
    assert "lesson=" not in page.url
    assert "step=" not in page.url
