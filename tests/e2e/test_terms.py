"""A marked term explains itself: by pointing, tapping and the keyboard, whole on every screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.e2e.conftest import (
    WAIT,
    Visit,
    check_fits,
    check_no_error,
    wait_for,
    wait_until_idle,
)

MARK = ".st-key-panel_head a[href*='term=causal-mask']"
MEANING = "a token can look at itself and at earlier tokens"


def mark_on(page: Page) -> Locator:
    mark = page.locator(MARK)
    expect(mark).to_have_attribute("role", "button")
    mark.scroll_into_view_if_needed()
    return mark


def note_on(page: Page) -> Locator:
    return page.locator(".term-note")


def lies_inside(page: Page) -> bool:
    return page.evaluate(
        """() => {
            const note = document.querySelector('.term-note');
            const box = note.getBoundingClientRect();
            return box.left >= 0 && box.top >= 0 && box.right <= innerWidth
              && box.bottom <= innerHeight && note.scrollWidth <= note.clientWidth;
        }"""
    )


def test_pointing_explains_and_leaving_ends_it(visit: Visit) -> None:
    page = visit("attention")
    mark = mark_on(page)
    mark.hover()
    expect(note_on(page)).to_be_visible()
    expect(note_on(page)).to_contain_text(MEANING)
    assert lies_inside(page)
    note_on(page).hover()  # on the way to its link it stays
    page.wait_for_timeout(500)
    expect(note_on(page)).to_be_visible()
    page.mouse.move(1, 1)
    expect(note_on(page)).to_be_hidden()
    check_no_error(page)


def test_the_keyboard_opens_closes_and_goes_on(visit: Visit) -> None:
    page = visit("attention", prompt="Once upon a time", panel="role")
    mark = mark_on(page)
    described = mark.get_attribute("aria-describedby")
    assert MEANING in str(page.locator(f"#{described}").text_content())
    page.locator(".st-key-panel_head a[href*='term=attention']").first.focus()
    page.keyboard.press("Tab")
    expect(mark).to_be_focused()
    expect(mark).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Escape")
    expect(note_on(page)).to_be_hidden()
    expect(mark).to_be_focused()
    page.keyboard.press("Enter")
    expect(note_on(page).get_by_role("link")).to_be_focused()
    page.keyboard.press("Escape")
    expect(mark).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    wait_for(page, "() => location.search.includes('panel=steps')")
    wait_until_idle(page)
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value("Once upon a time")
    check_no_error(page)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_tap_on_a_phone_shows_the_whole_note(browser: Browser, app_url: str, scheme: str) -> None:
    context = browser.new_context(
        viewport={"width": 400, "height": 800}, has_touch=True, color_scheme=scheme
    )  # fmt: skip
    page = context.new_page()
    page.goto(f"{app_url}/attention")
    wait_until_idle(page)
    mark = mark_on(page)
    mark.tap()
    expect(note_on(page)).to_contain_text(MEANING)
    assert lies_inside(page)
    check_fits(page)
    mark.tap()
    expect(note_on(page)).to_be_hidden()
    context.close()


def test_the_glossary_finds_a_term_and_leads_to_its_panel(visit: Visit) -> None:
    page = visit("glossary", prompt="Once upon a time", term="softmax")
    expect(page.locator("h1")).to_have_text("What do the words mean?")
    expect(page.locator(".term.chosen")).to_contain_text("Softmax")
    expect(page.locator(".term.chosen")).to_be_in_viewport()
    page.get_by_role("searchbox", name="Find a term").fill("logits")
    found = page.locator(".term:visible")
    expect(found).to_have_count(1)
    check_fits(page)
    found.get_by_role("link").click()
    wait_for(page, "() => location.pathname === '/layers'")
    wait_until_idle(page)
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value("Once upon a time")
    page.go_back()
    wait_for(page, "() => location.pathname === '/glossary'")
    check_no_error(page)


def test_a_closed_panel_opens_on_a_page_that_the_session_has_seen(visit: Visit) -> None:
    page = visit("attention", prompt="Once upon a time", panel="steps")
    expect(page.locator(".st-key-closed_together")).to_be_visible()
    page.get_by_role("link", name="Glossary").click()
    page.get_by_role("searchbox", name="Find a term").fill("rollout")
    page.locator(".term:visible").first.get_by_role("link").click()
    expect(page.locator(".st-key-panel_together")).to_be_in_viewport(timeout=WAIT)
    check_no_error(page)
