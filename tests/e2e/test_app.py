"""The app as a person meets it: served by ``streamlit run``, opened in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import expect

from benchmarks.visitor import Visitor
from pages.shell.journey import stops
from tests.e2e.conftest import (
    Visit,
    check_no_error,
    wait_for,
    wait_until_idle,
)

PAGES = [stop.name for stop in stops()]
PROMPT = "The little dog ran after the cat, and the cat ran after the"


def test_the_first_page_is_found_by_its_name_too(visit: Visit, app_url: str) -> None:
    """It lives at the root; its name, as the other pages have one, leads there with the prompt."""
    page = visit("overview")
    page.goto(f"{app_url}/overview?prompt=Named")
    wait_for(page, "() => location.pathname === '/'")
    wait_until_idle(page)
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value("Named")
    expect(page.get_by_text("Page not found")).to_have_count(0)
    check_no_error(page)


def test_a_session_that_is_led_to_the_first_page_keeps_what_it_had(app_url: str) -> None:
    """By Streamlit's own protocol: a browser that goes to a name begins a new session."""
    visitor = Visitor(app_url.removeprefix("http://"))
    try:
        visitor.open("tokenizer", {"prompt": "Kept on the way", "model": "storyteller"})
        assert not visitor.errors()
        visitor.open("overview", {})
        assert not visitor.errors()
        assert visitor.prompt == "Kept on the way"
    finally:
        visitor.close()


def test_typing_walking_and_reopening(visit: Visit) -> None:
    """Type a prompt, walk through every page by its menu, then reopen the address."""
    page = visit("overview")
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    typed = "A <marquee>bold</marquee> $x^2$ **wolf** said: 😀 日本"
    box.fill(typed)
    box.press("Control+Enter")
    page.wait_for_timeout(500)
    wait_until_idle(page)
    for name in PAGES[1:]:
        title = next(stop.title for stop in stops() if stop.name == name)
        page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click()
        page.wait_for_url(f"**/{name}*")
        wait_until_idle(page)
        expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value(typed)
        # What was typed is text: neither HTML nor Markdown may come of it.
        assert page.locator("marquee").count() == 0
        assert page.locator("strong", has_text="wolf").count() == 0
        check_no_error(page)
    address = page.url
    assert parse_qs(urlparse(address).query)["prompt"] == [typed]
    page.goto("about:blank")
    page.goto(address)
    wait_until_idle(page)
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value(typed)
    check_no_error(page)


def test_dark_theme(visit: Visit, page, shot: Callable[[str], Path]) -> None:
    page.emulate_media(color_scheme="dark")
    visit("overview", prompt=PROMPT)
    background = page.evaluate(
        "() => getComputedStyle(document.querySelector('[data-testid=\"stApp\"]')).backgroundColor"
    )
    assert background == "rgb(20, 19, 28)"
    shot("dark-overview")


@pytest.mark.parametrize(("first", "then"), [("light", "dark"), ("dark", "light")])
def test_words_in_charts_when_the_system_changes_its_scheme(
    first: str, then: str, visit: Visit, page
) -> None:
    page.emulate_media(color_scheme=first)
    visit("overview", prompt=PROMPT, panel="all")
    page.emulate_media(color_scheme=then)
    # No run of the script: the words have the new page's ink all the same.
    wait_for(
        page,
        """(wanted) => {
            const app = document.querySelector('[data-testid="stApp"]');
            const ink = getComputedStyle(app).color;
            const words = [...app.querySelectorAll('[data-testid="stVegaLiteChart"] svg text')];
            const dark = getComputedStyle(app).backgroundColor === 'rgb(20, 19, 28)';
            return dark === wanted && words.length > 20
                && words.every((word) => getComputedStyle(word).fill === ink);
        }""",
        arg=then == "dark",
    )
