"""The Content-Security-Policy in a real browser: every page as it is, and nothing is held back.

These pages keep the policy, so they are waited for by selectors: a wait by a function is `eval`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, expect

from pages.shell.journey import beside, stops
from tests.e2e.conftest import WAIT

PAGES = [stop.name for stop in [*stops(), *beside()]]
READY = '[data-testid="stApp"][data-test-script-state="notRunning"] h1'
#: Tells of what the policy held back, wherever in the page it was.
TELL = """document.addEventListener('securitypolicyviolation', (event) => console.error(
    `held back: ${event.effectiveDirective} ${event.blockedURI} ${event.sample}`))"""


@pytest.fixture
def held_back(browser: Browser) -> Iterator[tuple[Page, list[str]]]:
    context = browser.new_context(viewport={"width": 1280, "height": 720}, accept_downloads=True)
    page, found = context.new_page(), []
    page.set_default_timeout(WAIT)
    page.add_init_script(TELL)
    page.on("console", lambda said: "held back" in said.text and found.append(said.text))
    yield page, found
    context.close()


def settle(page: Page) -> None:
    page.wait_for_selector(READY)
    expect(page.get_by_text("Loading the model")).to_have_count(0)
    expect(page.locator('[data-testid="stSkeleton"]')).to_have_count(0, timeout=WAIT)
    page.wait_for_timeout(1500)
    page.wait_for_selector(READY)


def use(page: Page) -> None:
    """Open a Python box and take a file away, where the page has some."""
    boxes = page.get_by_text("Show the Python", exact=True)
    if boxes.count():
        boxes.first.click()
        expect(page.locator('[data-testid="stCode"]').first).to_be_visible()
    exports = page.get_by_role("button", name="Export")
    if exports.count():
        exports.first.click()
        with page.expect_download():
            page.locator('[data-testid="stPopoverBody"] button').first.click()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_with_all_panels_open_and_nothing_held_back(
    name: str, held_back: tuple[Page, list[str]], app_url: str
) -> None:
    page, found = held_back
    answer = page.goto(f"{app_url}/{'' if name == 'overview' else name}?panel=all")
    assert answer is not None
    assert "'unsafe-eval'" not in answer.headers["content-security-policy"]
    settle(page)
    use(page)
    page.wait_for_timeout(500)
    assert not found, found


def test_a_class_meets_and_a_lesson_runs_and_nothing_is_held_back(
    held_back: tuple[Page, list[str]], app_url: str
) -> None:
    page, found = held_back
    page.goto(f"{app_url}/room")
    page.get_by_role("button", name="Open a room").click()
    expect(page.locator(".room-bar .code")).to_be_visible()
    page.goto(f"{app_url}/lessons")
    settle(page)
    page.locator('[class*="st-key-begin_"] button').first.click()
    expect(page.locator(".st-key-lesson_leave")).to_be_visible()
    settle(page)
    assert not found, found


def test_a_script_that_somebody_smuggles_in_is_held_back_and_seen(
    held_back: tuple[Page, list[str]], app_url: str
) -> None:
    """The walk above would see it: the policy works, and so does the ear for it."""
    page, found = held_back
    page.goto(f"{app_url}/glossary")
    settle(page)
    with pytest.raises(Error, match="Content Security Policy"):
        page.add_script_tag(content="window.smuggled = 1")
    page.wait_for_timeout(300)
    assert any("script-src" in one for one in found), found
