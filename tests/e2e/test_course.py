"""What a browser keeps of the course, in a real one: only if asked to, and whatever lies there."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import (
    WAIT,
    Visit,
    check_fits,
    check_legible,
    check_no_error,
    wait_for,
    wait_until_idle,
)
from tests.e2e.modules import runner

KEY = "gpt2-under-the-hood.course"
SWITCH = "Let this browser keep what I have done"


def stored(page: Page) -> dict[str, Any] | None:
    text = page.evaluate("(key) => localStorage.getItem(key)", KEY)
    return None if text is None else json.loads(text)


def wait_for_stored(page: Page, condition: str) -> None:
    wait_for(
        page,
        f"(key) => {{ const kept = JSON.parse(localStorage.getItem(key)); return {condition}; }}",
        arg=KEY,
    )


def answer(page: Page, number: str) -> None:
    page.get_by_label("Your number").fill(number)
    page.get_by_label("Your number").press("Enter")
    page.get_by_role("button", name="That is my answer").click()
    wait_until_idle(page)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    wait_until_idle(page)


def test_what_was_done_is_kept_if_one_wants_and_two_tabs_do_no_harm(
    visit: Visit, page: Page
) -> None:
    visit("lessons")
    press(page, "Skip this")
    assert stored(page) is None
    page.get_by_text(SWITCH).click()
    wait_for_stored(page, "kept?.version === 1")
    page.locator(".st-key-lesson_are-tokens-words").get_by_role("button").click()
    wait_until_idle(page)
    answer(page, "8")
    wait_for_stored(page, "kept.answers['are-tokens-words/count']?.value === 8")

    # Another tab: it finds what was kept, and both go on in the same lesson.
    other = page.context.new_page()
    other.goto(page.url)
    wait_until_idle(other)
    expect(other.get_by_text("You said: 8")).to_be_visible(timeout=WAIT)
    press(other, "Back")
    answer(other, "9")
    wait_for_stored(other, "kept.answers['are-tokens-words/count'].value === 9")
    press(page, "Next")
    wait_for_stored(page, "kept.seen.at(-1) === 'are-tokens-words/foreign'")
    press(page, "Leave the lesson")
    check_no_error(page)

    # A new visit: where one left off; the switch is on; taken back, nothing stays.
    page.goto(page.url.split("/lessons")[0] + "/lessons")
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Continue at step 3")).to_be_visible(timeout=WAIT)
    expect(page.get_by_role("switch", name=SWITCH)).to_be_checked()
    page.get_by_text(SWITCH).click()
    wait_for(page, "(key) => localStorage.getItem(key) === null", arg=KEY)
    check_no_error(page)


def test_starting_over_leaves_nothing_of_before(visit: Visit, page: Page) -> None:
    visit("lessons")
    old = {"version": 1, "done": ["what-comes-back"], "before": {"looks-up": "agree"}}
    page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, json.dumps(old)])
    page.reload()
    wait_until_idle(page)
    expect(page.get_by_role("button", name="Once more")).to_have_count(1, timeout=WAIT)
    press(page, "Start over")
    press(page, "Forget them")
    wait_for_stored(page, "kept.done.length === 0 && !kept.before['looks-up']")
    expect(page.get_by_role("button", name="Once more")).to_have_count(0)
    expect(page.get_by_role("switch", name=SWITCH)).to_be_checked()
    check_no_error(page)


def test_foreign_and_broken_storage_is_ignored(visit: Visit, page: Page) -> None:
    visit("lessons")
    for text in ("{", '{"version": 99}', "[" * 1000, "x" * 300_000, '{"version": 1, "done": 7}'):
        page.evaluate("([key, text]) => localStorage.setItem(key, text)", [KEY, text])
        page.reload()
        wait_until_idle(page)
        check_no_error(page)
        expect(page.locator(".st-key-course_cards h3")).to_have_count(11)
        expect(page.get_by_text("You have finished")).to_have_count(0)


def test_where_nothing_may_be_kept_the_switch_says_so(visit: Visit, page: Page) -> None:
    page.add_init_script(
        "Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); }"
    )
    visit("lessons")
    page.get_by_text(SWITCH).click()
    expect(page.get_by_text("This browser does not let a page keep anything.")).to_be_visible(
        timeout=WAIT
    )
    expect(page.get_by_role("switch", name=SWITCH)).not_to_be_checked()


def test_the_statements_by_keyboard_and_by_name(visit: Visit, page: Page) -> None:
    visit("lessons", part="entrance")
    group = page.get_by_role("radiogroup", name="It reads our texts word by word.")
    group.get_by_role("radio", name="I agree").focus()
    page.keyboard.press("Space")
    expect(group.get_by_role("radio", name="I agree")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(group.get_by_role("radio", name="I am not sure")).to_be_checked()
    press(page, "That is what I believe")
    press(page, "What I have found out")
    expect(page.get_by_text("Before: I am not sure")).to_be_visible(timeout=WAIT)


def test_each_part_fits_a_phone_and_can_be_read(visit: Visit, page: Page) -> None:
    for width in (400, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for part in ("", "entrance", "results", "teacher", "worksheet", "write"):
            visit("lessons", part=part, lesson_id="who-looks-where")
            check_fits(page)
            check_legible(page)


def test_answers_are_printed_on_a_page_of_their_own(visit: Visit, page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    visit("lessons", part="worksheet", lesson_id="are-tokens-words")
    page.emulate_media(media="print", color_scheme="dark")
    expect(page.get_by_test_id("stSidebar")).to_be_hidden()
    expect(page.get_by_role("button", name="Print")).to_be_hidden()
    answers = page.locator(".st-key-sheet_answers")
    assert answers.evaluate("(node) => getComputedStyle(node).breakBefore") == "page"
    ink = page.locator(".st-key-sheet_questions p").first
    assert ink.evaluate("(node) => getComputedStyle(node).color") == "rgb(0, 0, 0)"


def test_two_tabs_merge(page: Page) -> None:
    run = runner(page)
    ours = {"version": 1, "done": ["b"], "seen": ["b/x"], "answers": {"b/x": 2}, "before": {}}
    ours["after"] = {}
    theirs = {"version": 1, "done": ["a", "b"], "seen": ["a/y"], "answers": {"a/y": 1, "b/x": 3}}

    def merged(old: str | None) -> dict[str, Any]:
        function = "({ merged }, [old, text]) => merged(old, text)"
        return json.loads(run("course_store/merge.js", function, [old, json.dumps(ours)]))

    found = merged(json.dumps(theirs))
    assert found["done"] == ["a", "b"]
    assert found["seen"] == ["a/y", "b/x"]
    assert found["answers"] == {"a/y": 1, "b/x": 2}
    for foreign in (None, "", "{", "7", "[]", '{"version": 2}', '"text"'):
        assert merged(foreign) == ours
    assert merged('{"version": 1, "done": 7, "answers": []}') == ours
