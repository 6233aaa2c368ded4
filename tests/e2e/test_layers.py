"""The layers page in a real browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.e2e.conftest import check_fits, check_no_error, wait_until_idle

PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


def test_pointing_clicking_and_the_link(visit, shot, page) -> None:
    visit("layers", prompt=PROMPT, watch="daughter")
    check_fits(page)
    grid = page.locator(".st-key-panel_lens .grid")
    note = page.locator(".st-key-panel_lens .note")
    cell = grid.locator(".cell[data-row='0'][data-column='2']")
    cell.hover()
    expect(note).to_contain_text("embedding, token")
    assert note.locator(".top").count() == 10
    shot("layers")
    cell.click()
    page.wait_for_url(re.compile(r"[?&]token=\d+"))
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_race")).to_contain_text("token 8")
    page.locator(".st-key-panel_block .station", has_text="attn").first.click()
    expect(page.locator(".st-key-panel_block")).to_contain_text("adds most here")
    page.wait_for_url(re.compile(r"open=attn"))
    wait_until_idle(page)
    check_no_error(page)
    page.reload()
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_race")).to_contain_text("token 8")
    expect(page.locator(".st-key-panel_block")).to_contain_text("adds most here")
    check_no_error(page)


def test_a_narrow_window_moves_over_the_tokens(visit, shot, page) -> None:
    page.set_viewport_size({"width": 500, "height": 720})
    visit("layers", prompt=PROMPT)
    check_fits(page)
    grid = page.locator(".st-key-panel_lens .grid")
    first = grid.locator(".head .n").first
    before = first.inner_text()
    page.locator(".st-key-panel_lens .bar button").first.click()
    expect(first).not_to_have_text(before)
    shot("layers-narrow")
