"""Where figures and closed cards stand, and how they grow with the window."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import (
    Visit,
    box_of,
    check_fits,
    check_no_error,
    wait_until_drawn,
    wait_until_idle,
)

PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"


def test_closed_cards_share_rows_and_open_where_they_are(visit: Visit) -> None:
    page = visit("attention", prompt=PROMPT, panel="role")
    wait_until_drawn(page)  # each box is measured on its own: nothing may move between
    role, off = box_of(page, ".st-key-panel_role"), box_of(page, ".st-key-closed_off")
    steps, together = (box_of(page, f".st-key-closed_{word}") for word in ("steps", "together"))
    # One that is left over, and an open panel, have a row to themselves.
    assert off["width"] == pytest.approx(role["width"], abs=2)
    assert steps["y"] == together["y"] > role["y"] > off["y"]
    assert steps["width"] < role["width"] / 2
    page.set_viewport_size({"width": 1_000, "height": 720})
    wait_until_idle(page)
    wait_until_drawn(page)
    steps, together = (box_of(page, f".st-key-closed_{word}") for word in ("steps", "together"))
    assert steps["y"] < together["y"]
    check_fits(page)
    check_no_error(page)


def test_figures_grow_with_the_window(visit: Visit, page: Page) -> None:
    """At 1,920 the heads fill the page; matrix, lines and text of one head share a screen."""
    page.set_viewport_size({"width": 1_920, "height": 1_080})
    visit("attention", prompt=PROMPT)
    wait_until_drawn(page)
    view, bar = box_of(page, ".st-key-pattern .view"), box_of(page, ".st-key-top_bar")
    tiles = box_of(page, ".st-key-head_grid .tiles canvas")
    grid, preview = (box_of(page, f".st-key-head_grid{part}") for part in ("", " .preview"))
    assert view["height"] <= 1_080 - bar["height"]
    assert tiles["width"] + preview["width"] >= 0.9 * grid["width"]
    assert tiles["height"] <= 1_080 - bar["height"]
    check_fits(page)


def test_the_words_of_the_map_do_not_collide(visit: Visit) -> None:
    page = visit("embeddings", prompt=PROMPT, token="7")
    page.wait_for_selector(".st-key-panel_map svg .mark-text text")
    found = page.evaluate(
        """() => [...document.querySelectorAll('.st-key-panel_map svg .role-mark.mark-text text')]
            .filter((one) => Number(getComputedStyle(one).opacity) > 0 && one.textContent)
            .map((one) => { const b = one.getBoundingClientRect();
              return [one.textContent, b.left, b.top, b.right, b.bottom]; })"""
    )
    names = [one[0] for one in found]
    assert len(names) >= 60  # of 49 everyday words and 16 tokens: nobody is nameless
    for n, (name, left, top, right, bottom) in enumerate(found):
        for other, left_2, top_2, right_2, bottom_2 in found[:n]:
            apart = left >= right_2 - 1 or left_2 >= right - 1
            # A line of text is higher than its letters: the boxes may touch, the letters do not.
            assert apart or top >= bottom_2 - 4 or top_2 >= bottom - 4, (name, other)
