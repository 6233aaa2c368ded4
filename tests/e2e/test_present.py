"""Presenter mode: one panel at a time, large, by arrow keys and a clicker's keys."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit, check_fits, check_no_error, wait_until_idle

PANELS = '[class*="st-key-panel_"]:not(.st-key-panel_line)'


def shown(page: Page) -> list[str]:
    """The words of the panels that can be seen."""
    return page.eval_on_selector_all(
        PANELS,
        """(found) => found.filter((one) => one.offsetHeight)
            .map((one) => /st-key-panel_(\\w+)/.exec(one.className)[1])""",
    )


def press(page: Page, key: str, panel: str) -> None:
    page.keyboard.press(key)
    page.wait_for_selector(f".st-key-panel_{panel}")
    wait_until_idle_without_title(page)
    assert shown(page) == [panel]


def wait_until_idle_without_title(page: Page) -> None:
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    page.wait_for_timeout(500)


def test_keys_walk_from_panel_to_panel_and_page_to_page(visit: Visit) -> None:
    page = visit("attention", panel="head", present="1")
    assert shown(page) == ["head"]
    expect(page.locator('[data-testid="stSidebar"]')).to_be_hidden()
    for key, panel in (("PageDown", "grid"), ("ArrowLeft", "head"), ("ArrowRight", "grid")):
        press(page, key, panel)
        page.wait_for_url(f"**panel={panel}*")
    press(page, "PageUp", "head")
    page.keyboard.press("PageUp")
    page.wait_for_url("**/embeddings?*present=1*")
    page.wait_for_selector(".st-key-panel_matrix")  # the last one there
    wait_until_idle_without_title(page)
    press(page, "PageDown", "head")  # and on again
    check_no_error(page)


def test_the_type_is_larger_and_nothing_is_wider_than_the_page(visit: Visit) -> None:
    page = visit("layers", panel="race")
    page.get_by_role("button", name="Present", exact=True).click()
    page.wait_for_selector(".st-key-panel_line")
    wait_until_idle(page)
    zoom = "() => document.querySelector('.st-key-panel_line').currentCSSZoom"
    assert page.evaluate(zoom) == pytest.approx(1.6)
    check_fits(page)
    while shown(page) != ["race"]:
        page.keyboard.press("PageDown")
        wait_until_idle_without_title(page)
    chart = page.locator(".st-key-panel_race svg.marks").bounding_box()
    panel = page.locator(".st-key-panel_race").bounding_box()
    assert chart is not None
    assert panel is not None
    assert chart["x"] + chart["width"] <= panel["x"] + panel["width"] + 1
    page.get_by_role("button", name="End the presentation").click()
    expect(page.locator('[data-testid="stSidebar"]')).to_be_visible()
    wait_until_idle(page)
    assert "present" not in page.url


def test_what_is_typed_keeps_its_keys(visit: Visit) -> None:
    page = visit("attention", panel="head", present="1")
    number = page.locator(".st-key-attention_layer input").first
    number.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(600)
    assert shown(page) == ["head"]


def test_a_lesson_goes_on_by_the_same_keys(visit: Visit) -> None:
    page = visit("attention", panel="all", lesson="who-looks-where", step="guess", present="1")
    expect(page.locator(".st-key-lesson_band")).to_be_visible()
    before = page.url
    page.keyboard.press("PageDown")
    page.wait_for_url(lambda url: url != before and "step=" in url)
    page.wait_for_selector(".st-key-lesson_band")
    check_no_error(page)
