"""How much room a page takes: a first look is short, a first screen has something to see."""

from __future__ import annotations

import pytest
from playwright.sync_api import FloatRect, Page

from tests.e2e.conftest import Visit, check_fits, check_no_error, wait_until_drawn, wait_until_idle

MOST = 2_200  # pixels, in a window of 1,280 x 720
PROMPT = "Once upon a time there was a king who had a beautiful daughter. The king"
#: Of each page: a control of its first figure, the figure, and how much of that is to be seen.
FIRST_SCREEN = {
    "overview": (".st-key-panel_machine .machine button", ".st-key-panel_machine .machine", 300),
    "tokenizer": (".st-key-tok_lanes", ".st-key-tok_chips", 250),
    "embeddings": (".st-key-after", ".st-key-panel_map [data-testid='stVegaLiteChart']", 300),
    "attention": (".st-key-attention_head", ".st-key-pattern", 300),
    "layers": (".st-key-grid_lens .steps", ".st-key-grid_lens", 300),
    "sampling": (".st-key-temperature", ".st-key-stage_table", 80),
}


def box_of(page: Page, selector: str) -> FloatRect:
    box = page.locator(selector).first.bounding_box()
    assert box is not None, selector
    return box


def height_of(page: Page) -> int:
    return page.evaluate("""document.querySelector('[data-testid="stMain"]').scrollHeight""")


@pytest.mark.parametrize("name", [*FIRST_SCREEN, "compare"])
def test_a_first_look_is_short(visit: Visit, name: str) -> None:
    page = visit(name, prompt=PROMPT, panel="")
    wait_until_drawn(page)
    assert height_of(page) <= MOST


@pytest.mark.parametrize("name", FIRST_SCREEN)
def test_the_first_screen_has_a_question_a_strip_and_a_figure(visit: Visit, name: str) -> None:
    page = visit(name, prompt=PROMPT, panel="")
    wait_until_drawn(page)
    control, figure, least = FIRST_SCREEN[name]
    assert box_of(page, "h1")["y"] < 100
    assert box_of(page, ".st-key-top_bar")["y"] < 300
    control_box = box_of(page, control)
    assert control_box["y"] + control_box["height"] <= 720
    assert 720 - box_of(page, figure)["y"] >= least


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
    visit("attention", prompt=PROMPT, panel="")
    wait_until_drawn(page)
    view, bar = box_of(page, ".st-key-pattern .view"), box_of(page, ".st-key-top_bar")
    tiles = box_of(page, ".st-key-head_grid .tiles canvas")
    grid, preview = (box_of(page, f".st-key-head_grid{part}") for part in ("", " .preview"))
    assert view["height"] <= 1_080 - bar["height"]
    assert tiles["width"] + preview["width"] >= 0.9 * grid["width"]
    assert tiles["height"] <= 1_080 - bar["height"]
    check_fits(page)


def test_the_words_of_the_map_do_not_collide(visit: Visit) -> None:
    page = visit("embeddings", prompt=PROMPT, panel="", token="7")
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
