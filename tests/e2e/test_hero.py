"""The prompt in a real browser: Enter, what is typed and not applied, writing on, and Back."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.checkpoints import write_published
from tests.e2e.conftest import (
    WAIT,
    Visit,
    check_fits,
    check_legible,
    check_no_error,
    wait_until_idle,
)

STORY = "Once upon a time there was a king"


def hero(page: Page) -> Locator:
    return page.get_by_role("textbox", name="Your text")


def sidebar(page: Page) -> Locator:
    return page.get_by_test_id("stSidebar").get_by_role("textbox", name="Prompt", exact=True)


def settle(page: Page) -> None:
    page.wait_for_timeout(400)
    wait_until_idle(page)


def prompt_in(page: Page) -> str:
    return parse_qs(urlparse(page.url).query)["prompt"][0]


def walk(page: Page, title: str) -> None:
    # As long as a finger takes: between pressing and letting go a field sends what was typed.
    page.get_by_test_id("stSidebarNav").get_by_role("link", name=title).click(delay=60)
    page.wait_for_url(f"**/{title.lower()}*")
    settle(page)


def back(page: Page) -> None:
    page.go_back()
    settle(page)


def test_the_cursor_is_in_the_prompt_and_enter_applies(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    expect(hero(page)).to_be_focused()
    page.keyboard.type(" and r c a queen")  # "r" and "c" are keys of Streamlit's own elsewhere
    expect(sidebar(page)).to_have_value(STORY)
    page.keyboard.press("Enter")
    settle(page)
    expect(sidebar(page)).to_have_value(f"{STORY} and r c a queen")
    assert prompt_in(page) == f"{STORY} and r c a queen"
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("She")
    expect(hero(page)).to_have_value(f"{STORY} and r c a queen\nShe")
    page.keyboard.press("Escape")
    expect(hero(page)).to_have_value(f"{STORY} and r c a queen")
    check_no_error(page)


def test_a_space_at_the_end_is_told_and_taken_away(visit: Visit) -> None:
    page = visit("overview", prompt=STORY + " ", panel="all")
    told = page.get_by_text("The text ends in a space: the model answers another question.")
    expect(told).to_have_count(1)
    page.get_by_role("button", name="Take it away").click()
    settle(page)
    expect(told).to_have_count(0)
    expect(hero(page)).to_have_value(STORY)
    walk(page, "Tokenizer")
    sidebar(page).fill(STORY + "\n")
    sidebar(page).press("Enter")
    settle(page)
    expect(page.get_by_text("The text ends in a line break")).to_have_count(1)


def test_what_is_typed_survives_what_runs_meanwhile(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    page.get_by_role("button", name="Write 20").click()
    hero(page).focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("Not yet")
    expect(page.get_by_text(re.compile("tokens? written with"))).to_have_count(1, timeout=WAIT)
    settle(page)
    expect(hero(page)).to_have_value("Not yet")
    assert prompt_in(page).startswith(STORY)
    page.keyboard.press("Enter")
    settle(page)
    assert prompt_in(page) == "Not yet"
    hero(page).fill("And by the way on")  # whoever goes on to something else means what stands
    walk(page, "Layers")
    expect(sidebar(page)).to_have_value("And by the way on")
    assert prompt_in(page) == "And by the way on"


def test_writing_is_seen_stopped_undone_and_begun_again(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    page.get_by_role("button", name="Write 20").click()
    expect(page.get_by_text(re.compile("tokens? written with"))).to_have_count(1, timeout=WAIT)
    settle(page)
    page.wait_for_timeout(1500)
    written = hero(page).input_value()
    assert written.startswith(STORY)
    assert len(written) > len(STORY) + 20
    assert prompt_in(page) == written
    page.locator(".st-key-write_undo button").first.click()
    settle(page)
    expect(hero(page)).to_have_value(STORY)
    back(page)
    expect(hero(page)).to_have_value(written)
    page.get_by_role("button", name="a fact it never read").click()
    settle(page)
    expect(page.locator(".st-key-write_again button").first).to_be_disabled()
    check_no_error(page)


def test_an_empty_prompt_invites(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    hero(page).fill("")
    hero(page).press("Enter")
    settle(page)
    expect(page.get_by_text("Nothing to read yet")).to_have_count(1)
    assert "Once upon a time" in str(hero(page).get_attribute("placeholder"))
    page.get_by_role("button", name="a name it can copy").click()
    settle(page)
    assert hero(page).input_value().startswith("Doctor Fell")
    check_no_error(page)


def test_back_and_forward_bring_prompt_and_choices(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    hero(page).fill("red seven lamp red seven")
    hero(page).press("Enter")
    settle(page)
    walk(page, "Sampling")
    sidebar(page).fill("The dog and the")
    sidebar(page).press("Enter")
    settle(page)
    seed = page.get_by_role("spinbutton", name="Seed").first
    seed.fill("7")
    seed.press("Enter")
    settle(page)
    assert parse_qs(urlparse(page.url).query)["seed"] == ["7"]
    back(page)
    expect(page.get_by_role("spinbutton", name="Seed").first).to_have_value("1")
    expect(sidebar(page)).to_have_value("The dog and the")
    back(page)
    expect(sidebar(page)).to_have_value("red seven lamp red seven")
    back(page)
    expect(hero(page)).to_have_value("red seven lamp red seven")
    back(page)
    expect(hero(page)).to_have_value(STORY)
    page.go_forward()
    settle(page)
    expect(hero(page)).to_have_value("red seven lamp red seven")
    check_no_error(page)


def test_back_leaves_a_page_at_once_though_it_writes_into_its_address(visit: Visit) -> None:
    page = visit("overview", prompt="red seven lamp red seven", panel="all")
    walk(page, "Attention")
    layer = parse_qs(urlparse(page.url).query)["layer"]
    walk(page, "Layers")
    back(page)
    assert urlparse(page.url).path == "/attention"
    assert parse_qs(urlparse(page.url).query)["layer"] == layer
    back(page)
    assert urlparse(page.url).path == "/"
    expect(hero(page)).to_have_value("red seven lamp red seven")


def test_back_brings_the_model(visit: Visit, tmp_path: Path) -> None:
    other = str(write_published(tmp_path / "other"))
    page = visit("overview", prompt="the and", model=other, panel="all")
    chosen = page.get_by_test_id("stSidebar").get_by_role("combobox").last
    expect(chosen).to_have_value(re.compile("other"))
    chosen.scroll_into_view_if_needed()  # a menu that is open closes when the sidebar scrolls
    page.wait_for_timeout(300)
    chosen.click()
    page.get_by_role("option", name="Storyteller").click()
    settle(page)
    assert parse_qs(urlparse(page.url).query)["model"] == ["storyteller"]
    back(page)
    assert parse_qs(urlparse(page.url).query)["model"] == [other]
    expect(chosen).to_have_value(re.compile("other"))
    check_no_error(page)


def test_back_brings_a_text_that_is_too_long_for_the_address(visit: Visit) -> None:
    page = visit("overview", prompt=STORY, panel="all")
    long = "The dog and the cat went to the king. " * 50 + "End"
    for text in (long, "short"):
        hero(page).fill(text)
        hero(page).press("Enter")
        settle(page)
    back(page)
    expect(hero(page)).to_have_value(long)
    back(page)
    expect(hero(page)).to_have_value(STORY)
    check_no_error(page)


def test_the_machine_begins_on_the_first_screen(visit: Visit) -> None:
    page = visit("overview", panel="all")
    first = page.locator(".st-key-panel_journey, .st-key-panel_machine").first
    assert first.bounding_box()["y"] <= 270  # type: ignore[index]
    check_legible(page)


@pytest.mark.parametrize("width", [400, 700, 1024])
def test_it_fits(width: int, visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    visit("overview", prompt="مرحبا 🙂 \x07 " + "supercalifragilistic" * 20, panel="all")
    check_fits(page)
    check_no_error(page)
