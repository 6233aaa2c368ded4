"""The bar on top of a page in a real browser, and what its scripts compute."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import WAIT, Visit, check_no_error, wait_until_idle
from tests.e2e.modules import Run, runner

PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"
BAR = ".st-key-top_bar"


@pytest.fixture
def run(page: Page) -> Run:
    return runner(page)


def test_what_is_out_of_sight_is_counted(run: Run) -> None:
    found = run(
        "top_bar/strip.js",
        """({ hiddenOf }) => [hiddenOf([0, 0, 30, 30, 60, 90], 30, 60),
                              hiddenOf([0, 30], 0, 60), hiddenOf([], 0, 60)]""",
    )
    assert found == [[2, 1], [0, 0], [0, 0]]


def test_the_panel_in_sight(run: Run) -> None:
    found = run(
        "top_bar/index.js",
        """({ inSight }) => [inSight([100, 500, 900], 720), inSight([-800, -100, 239], 720),
                             inSight([-800, null, 300], 720), inSight([400, 800], 720)]""",
    )
    assert found == [0, 2, 0, 0]


def test_a_token_is_followed_on_all_pages(visit: Visit) -> None:
    page = visit("layers", prompt=PROMPT)
    page.locator(f"{BAR} .token").nth(7).click()
    page.wait_for_url(re.compile("token=7"))
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_lens")).to_contain_text("After token 7")
    page.locator(f"{BAR} .go").click()
    page.wait_for_url(re.compile(r"/compare\?.*token=7"))
    wait_until_idle(page)
    expect(page.locator(f"{BAR} .chosen")).to_contain_text("king")
    page.go_back()
    page.wait_for_url(re.compile(r"/layers\?.*token=7"))
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_lens")).to_contain_text("After token 7")
    check_no_error(page)


def test_the_index_opens_and_walks(visit: Visit) -> None:
    page = visit("attention", prompt=PROMPT)
    place = page.locator(f"{BAR} .place")
    expect(place).to_contain_text("1 of 7")
    place.click()
    page.locator(f"{BAR} .menu button").nth(4).click()
    expect(page.locator(".st-key-panel_steps")).to_be_in_viewport(timeout=WAIT)
    page.wait_for_url(re.compile("panel=steps"))
    wait_until_idle(page)
    page.evaluate("document.querySelector('[data-testid=stMain]').scrollTop = 0")
    expect(place).to_contain_text("1 of 7", timeout=WAIT)
    place.focus()
    page.keyboard.press("ArrowRight")
    expect(place).to_contain_text("2 of 7", timeout=WAIT)
    assert page.locator(BAR).bounding_box()["y"] < 80  # type: ignore[index]  # it stays in sight
    page.get_by_role("button", name="Open everything").click()
    page.wait_for_url(re.compile("panel=all"))
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_together")).to_be_visible()
    check_no_error(page)


def test_home_and_end_walk_the_strip_and_leave_the_page_where_it_is(visit: Visit) -> None:
    page = visit("attention", prompt=PROMPT)
    strip = page.locator(".top-bar .strip .token")
    strip.last.focus()
    page.keyboard.press("Home")
    expect(strip.first).to_be_focused()
    assert page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTop") == 0
    page.keyboard.press("End")
    expect(strip.last).to_be_focused()
    assert page.evaluate("() => document.querySelector('[data-testid=\"stMain\"]').scrollTop") == 0


def test_the_keyboards_place_is_seen_in_the_navigation(visit: Visit) -> None:
    page = visit("attention")
    link = page.get_by_test_id("stSidebarNavLink").first
    for _stop in range(4):  # where Tab begins is the browser's affair
        page.keyboard.press("Tab")
        if link.evaluate("(node) => node === document.activeElement"):
            break
    expect(link).to_be_focused()
    expect(link).to_have_css("outline-style", "solid")
    expect(link).to_have_css("outline-width", "3px")
    expect(link).to_have_css("outline-color", "rgb(97, 69, 159)")


def test_on_a_phone_the_prompt_is_one_press_away(visit: Visit):
    page = visit("layers")
    expect(page.locator(".st-key-top_bar .edit")).to_be_hidden()  # the sidebar is open
    page.set_viewport_size({"width": 400, "height": 720})
    page.reload()
    wait_until_idle(page)
    page.locator(".st-key-top_bar .edit").click()
    field = page.locator('[data-testid="stSidebar"] .st-key-prompt_field textarea')
    expect(field).to_be_focused()
    page.keyboard.press("Control+A")
    page.keyboard.type("He opened his eyes")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("prompt=He\\+opened\\+his\\+eyes"))
