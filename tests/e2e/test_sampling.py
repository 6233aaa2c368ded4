"""The sampling page in a real browser: click a candidate, fork, stop in mid-stream."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.e2e.conftest import check_fits, check_no_error, wait_until_idle

PROMPT = "Once upon a time there was a king who had"


def chosen(page: Page) -> list[str]:
    return page.locator(".st-key-story_strip .token").all_inner_texts()


def press(page: Page, key: str) -> None:
    page.locator(f".st-key-{key} button").first.click()
    page.wait_for_timeout(300)
    wait_until_idle(page)


def test_choose_undo_and_fork(visit, shot) -> None:
    page = visit("sampling", prompt=PROMPT, penalty="1.2", min_p="0.02", panel="all")
    begin = len(chosen(page))
    candidates = page.locator(".st-key-candidates tbody tr")
    second = candidates.nth(1).locator("th").inner_text()
    candidates.nth(1).click()
    expect(page.locator(".st-key-story_strip .token")).to_have_count(begin + 1)
    assert chosen(page)[-1] == second.lstrip("▸")
    press(page, "draw")
    expect(page.locator(".st-key-story_strip .token")).to_have_count(begin + 2)
    press(page, "undo")
    expect(page.locator(".st-key-story_strip .token")).to_have_count(begin + 1)
    press(page, "redo")
    expect(page.locator(".st-key-story_strip .token")).to_have_count(begin + 2)
    page.locator(".st-key-story_strip .token").nth(begin).click()
    expect(page.locator(".st-key-to_end")).to_be_visible()
    page.wait_for_timeout(300)
    wait_until_idle(page)  # the candidates are now those of the earlier place
    third = candidates.nth(2).locator("th").inner_text()
    candidates.nth(2).click()
    expect(page.locator(".st-key-story_strip .token")).to_have_count(begin + 1)
    assert chosen(page)[-1] == third.lstrip("▸")
    assert "penalty=1.2" in page.url
    # Pointing at a token writes its numbers into the formulas, without a run of the script.
    row = page.locator(".st-key-stage_table tbody tr").nth(3)
    row.hover()
    note = page.locator(".st-key-stage_table .note")
    expect(note).to_contain_text(row.locator("td .number").last.inner_text())
    check_fits(page)
    check_no_error(page)
    shot("sampling-choices")


def test_stop_in_mid_stream(visit, shot) -> None:
    page = visit("sampling", prompt=PROMPT, length="900", panel="all")
    page.locator(".st-key-start_run button").click()
    strip = page.locator(".st-key-run_strip .token")
    strip.nth(10).wait_for()
    page.locator(".st-key-stop_run button").click()
    expect(page.locator(".st-key-start_run button")).to_be_enabled()
    wait_until_idle(page)
    written = strip.count()
    assert written < 8 + 900
    page.wait_for_timeout(1_000)
    assert strip.count() == written, "what was stopped must not go on"
    expect(page.locator(".st-key-panel_run")).to_contain_text("you stopped it")
    check_no_error(page)
    shot("sampling-stopped")
