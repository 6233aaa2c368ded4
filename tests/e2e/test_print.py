"""On paper: the page's own words and figures, whole; nothing to click."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, wait_until_drawn
from tests.e2e.test_widths import cut


@pytest.mark.parametrize("name", ["layers", "sampling"])
def test_a_page_on_paper(name: str, visit: Visit, page: Page) -> None:
    visit(name)
    expect(page.get_by_test_id("stSidebar")).to_be_visible()
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 794, "height": 1123})  # A4 at 96 dots an inch
    wait_until_drawn(page)
    for kind in ("stSidebar", "stHeader", "stButton", "stPopover"):
        assert not page.get_by_test_id(kind).filter(visible=True).count(), kind
    expect(page.locator(".st-key-top_bar")).not_to_be_visible()
    assert page.locator("[class*='st-key-panel_']").filter(visible=True).count() == 2
    assert not cut(page)
    # What scrolls on the screen is as high as all that it holds, so that the next sheet goes on.
    heights = page.evaluate(
        """() => [document.documentElement.scrollHeight, ...['stApp', 'stMain'].map(
            (name) => document.querySelector(`[data-testid="${name}"]`).scrollHeight)]"""
    )
    assert max(heights) - min(heights) <= 40
    assert min(heights) > 1123
