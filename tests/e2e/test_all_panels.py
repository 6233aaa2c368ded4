"""Every page with all that it has, at five widths, both themes: no word is cut, axe finds nothing.

As everywhere in these tests the page's own Content-Security-Policy holds, and what it holds back is
an error (conftest.py).
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from pages.shell.hero import NAME
from pages.shell.journey import stops
from tests.e2e.axe import unfit, violations
from tests.e2e.conftest import Visit, check_fits, check_legible, check_no_error
from tests.e2e.test_widths import PAGES, WIDTHS

PROMPT = "The little dog ran after the cat, and the cat ran after the"
#: The widths, from a phone's to a big screen's, at which axe looks too.
ENDS = (WIDTHS[0], WIDTHS[-1])


@pytest.mark.parametrize("name", PAGES)
def test_all_panels_open(name: str, visit: Visit, page: Page, shot: Callable[[str], Path]) -> None:
    """A deep link, too: the first of these is also the server's very first request."""
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit(name, prompt=PROMPT, panel="all")
    check_titles(name, page)
    check_fits(page)
    check_legible(page)
    assert shot(f"page-{name}").stat().st_size > 20_000
    found = violations(page, "light 1280")
    page.emulate_media(color_scheme="dark")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 720})
        found += unfit(page, f"dark {width}")
        if width in ENDS:
            found += violations(page, f"dark {width}")
    assert not found, "\n".join(found)
    page.set_viewport_size({"width": 1280, "height": 720})
    use(page)
    check_no_error(page)


def check_titles(name: str, page: Page) -> None:
    """The page's question, its name in the browser's tab, and the prompt of the address."""
    stop = next((stop for stop in stops() if stop.name == name), None)
    if stop is None:
        return
    expect(page.locator("h1")).to_have_text(NAME if name == "overview" else stop.question)
    expect(page).to_have_title(f"{stop.title} · {NAME}")
    expect(page.get_by_role("textbox", name="Prompt", exact=True)).to_have_value(PROMPT)


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
