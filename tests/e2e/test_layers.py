"""The layers page in a real browser."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

from PIL import Image
from playwright.sync_api import expect

from core.charts.drawing import shorten
from tests.e2e.conftest import check_fits, check_no_error, wait_until_idle

PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


def test_pointing_clicking_and_the_link(visit, shot, page) -> None:
    visit("layers", prompt=PROMPT, watch="daughter", panel="all")
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
    expect(page.locator(".st-key-panel_block")).to_contain_text("Most is added here")
    page.wait_for_url(re.compile(r"open=attn"))
    wait_until_idle(page)
    check_no_error(page)
    page.reload()
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_race")).to_contain_text("token 8")
    expect(page.locator(".st-key-panel_block")).to_contain_text("Most is added here")
    check_no_error(page)


def test_a_narrow_window_moves_over_the_tokens(visit, shot, page) -> None:
    page.set_viewport_size({"width": 500, "height": 720})
    visit("layers", prompt=PROMPT, panel="all")
    check_fits(page)
    grid = page.locator(".st-key-panel_lens .grid")
    first = grid.locator(".head .n").first
    before = first.inner_text()
    page.locator(".st-key-panel_lens").get_by_role("button", name="Earlier tokens").click()
    expect(first).not_to_have_text(before)
    shot("layers-narrow")


def test_odd_text_is_shown_and_taken_away_as_it_was_typed(visit, shot, page, tmp_path) -> None:
    visit(
        "layers", prompt="*Hi* 🙂 你好 `x` <script>alert(1)</script> -- $a$", token="9", panel="all"
    )
    check_fits(page)
    panel = page.locator(".st-key-panel_lens")
    expect(panel.locator(".head").nth(9)).to_contain_text("`")
    panel.locator('[data-testid="stPopover"] button').click()
    files = {}
    for name in ("Picture as SVG", "Picture as PNG", "Numbers as CSV"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name).first.click()
        files[name] = Path(tmp_path / download.value.suggested_filename)
        download.value.save_as(files[name])
    root = ElementTree.parse(files["Picture as SVG"]).getroot()
    words = [e.text or "" for e in root.iter("{http://www.w3.org/2000/svg}text")]
    # A title, two lines for each column, then for each row its name and its cells.
    columns = panel.locator(".head").count()
    rows = words[1 + 2 * columns :]
    drawn = [text for i, text in enumerate(rows) if i % (columns + 1)]
    shown = panel.locator(".cell").evaluate_all("cells => cells.map((c) => c.textContent)")
    assert drawn == [shorten(text, 9) for text in shown]
    assert Image.open(files["Picture as PNG"]).size[0] > 1_000
    assert files["Numbers as CSV"].read_text(encoding="utf-8").startswith("position,token,row")
    shot("layers-odd")
    check_no_error(page)


def test_a_whole_context_leaves_the_grid_on_the_first_screen(visit, shot, page) -> None:
    visit("layers", prompt="The king had a daughter. " * 240, panel="all")
    check_fits(page)
    panel = page.locator(".st-key-panel_lens")
    expect(panel.locator(".head .n").last).to_have_text("1023")
    strip = page.locator(".st-key-top_bar .strip")
    assert strip.bounding_box()["height"] < 200
    assert panel.bounding_box()["y"] < 500
    # The followed token is in sight although it is the last of many.
    chosen, frame = strip.locator(".chosen").bounding_box(), strip.bounding_box()
    assert frame["y"] <= chosen["y"] <= frame["y"] + frame["height"] - 20
    slider = panel.get_by_role("slider", name="First token of the window")
    slider.focus()
    slider.press("Home")
    page.wait_for_url(re.compile(r"[?&]start=0"))
    expect(panel.locator(".head .n").first).to_have_text("0")
    shot("layers-long")
    check_no_error(page)


def test_the_lens_plays_row_by_row(visit, page) -> None:
    visit("layers", prompt=PROMPT)
    panel = page.locator(".st-key-panel_lens")
    later, note = panel.locator(".cell.later"), panel.locator(".note")
    expect(panel.locator(".cell").first).to_be_visible()
    expect(later).to_have_count(0)
    panel.get_by_role("button", name="Play layer by layer").click()
    expect(note).to_contain_text("embedding, token 15")
    expect(later).not_to_have_count(0)
    expect(note).to_contain_text("after L1, token 15")
    panel.get_by_role("button", name="Pause").click()
    row = panel.locator(".row.now").inner_text()
    on = panel.get_by_role("button", name="One layer on")
    on.focus()
    page.keyboard.press("Enter")
    expect(panel.locator(".row.now")).not_to_have_text(row)
    panel.get_by_role("button", name="Play layer by layer").click()
    expect(note).to_contain_text("after L5, token 15")
    expect(later).to_have_count(0)
    expect(panel.get_by_role("button", name="Play layer by layer")).to_be_visible()
    check_no_error(page)


def test_who_asks_for_less_motion_goes_from_row_to_row(visit, page) -> None:
    page.emulate_media(reduced_motion="reduce")
    visit("layers", prompt=PROMPT)
    panel = page.locator(".st-key-panel_lens")
    on = panel.get_by_role("button", name="One layer on")
    on.click()
    expect(panel.locator(".note")).to_contain_text("embedding, token 15")
    expect(panel.get_by_role("button", name="Play layer by layer")).to_have_count(0)
    assert (
        panel.locator(".cell").first.evaluate("c => getComputedStyle(c).transitionDuration") == "0s"
    )
    check_no_error(page)


def test_one_slider_says_and_sets_which_tokens_are_shown(visit, page) -> None:
    visit("layers", prompt=PROMPT)
    panel = page.locator(".st-key-panel_lens")
    numbers, where = panel.locator(".head .n"), panel.locator(".where")

    def agrees() -> None:
        first, last = numbers.first.inner_text(), numbers.last.inner_text()
        expect(where).to_have_text(f"Tokens {first} to {last} of 16")

    agrees()
    assert panel.get_by_role("slider").count() == 1
    panel.get_by_role("button", name="Earlier tokens").click()
    page.wait_for_url(re.compile(r"[?&]start=0"))
    wait_until_idle(page)
    expect(numbers.first).to_have_text("0")
    agrees()
    page.set_viewport_size({"width": 400, "height": 720})
    page.wait_for_timeout(500)
    agrees()
    check_no_error(page)
