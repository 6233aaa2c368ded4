"""The attention page in a browser: pointing asks nothing, clicking chooses, 1,024 tokens work."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import expect

from tests.e2e.conftest import (
    check_fits,
    check_no_error,
    wait_for,
    wait_until_idle,
)

PROMPT = "The little dog ran after the cat, and the cat ran after the"


def test_point_and_click(visit, shot) -> None:
    page = visit("attention", prompt=PROMPT, layer="1", head="2", panel="all")
    view = page.locator(".st-key-panel_head .view")
    view.scroll_into_view_if_needed()
    before = view.locator(".say").inner_text()
    # Pointing: the sentence changes, the script does not run.
    page.evaluate(
        """() => { window.runs = 0; new MutationObserver((all) => {
             for (const m of all) if (m.target.getAttribute('data-test-script-state') === 'running')
               window.runs += 1;
           }).observe(document.querySelector('[data-testid="stApp"]'), { attributes: true }); }"""
    )
    view.locator(".text .t").nth(4).hover()
    wait_for(
        page,
        "old => document.querySelector('.st-key-panel_head') && [...document.querySelectorAll("
        "'.st-key-panel_head *')].some(n => n.shadowRoot && n.shadowRoot.querySelector('.say') &&"
        " n.shadowRoot.querySelector('.say').innerText !== old)",
        arg=before,
    )
    assert "(4)" in view.locator(".say").inner_text()
    assert page.evaluate("() => window.runs") == 0
    # Clicking chooses the query, in the bar on top and in the address.
    view.locator(".text .t").nth(6).click()
    wait_for(page, "() => location.search.includes('token=6')")
    wait_until_idle(page)
    expect(page.locator(".st-key-top_bar .token").nth(6)).to_have_class(re.compile("chosen"))
    # A click in the grid pins a head.
    page.locator(".st-key-panel_grid .tiles canvas").click(position={"x": 42 + 5, "y": 24 + 5})
    wait_for(page, "() => location.search.includes('layer=0')")
    wait_until_idle(page)
    assert parse_qs(urlparse(page.url).query)["head"] == ["0"]
    check_no_error(page)
    check_fits(page)
    shot("attention")


def test_the_text_where_a_head_is_seen_best_becomes_the_prompt(visit) -> None:
    page = visit("attention", prompt=PROMPT, layer="0", head="2", panel="all")
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    page.get_by_role("button", name="Use it as the prompt").click()
    wait_for(page, "() => !location.search.includes('little')")
    wait_until_idle(page)
    best = page.locator(".st-key-panel_role")
    assert box.input_value() != PROMPT
    assert box.input_value() in best.inner_text()  # this head is seen best on it, still
    assert parse_qs(urlparse(page.url).query)["prompt"] == [box.input_value()]
    check_no_error(page)


def test_full_context(visit, shot) -> None:
    page = visit("attention", prompt="Hello", panel="all")
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    box.fill("One day the king went into the wood and saw a bird in a tree. " * 80)
    box.press("Control+Enter")
    page.wait_for_selector("text=shown for the first 1,024")
    wait_until_idle(page)
    view = page.locator(".st-key-panel_head .view")
    whole = view.locator(".whole canvas")
    whole.scroll_into_view_if_needed()
    axes = view.locator(".detail .axes")
    before = axes.inner_text()
    whole.click(position={"x": 20, "y": 130})
    page.wait_for_timeout(300)
    assert axes.inner_text() != before
    check_no_error(page)
    shot("attention-1024")


def test_the_largest_weights_are_not_summed_and_one_other_is_one(visit) -> None:
    page = visit("attention", prompt=PROMPT, panel="all")
    panel = page.locator(".st-key-panel_together")
    say = panel.locator(".view .say")
    assert "others together" in say.inner_text()  # rollout: shares that add up
    panel.get_by_role("radio", name="Largest", exact=True).click()
    page.wait_for_timeout(500)
    wait_until_idle(page)
    assert "others with at most" in say.inner_text()
    assert "together" not in say.inner_text()
    # Five tokens: four are named, the last is one other.
    page = visit("attention", prompt="The little dog ran after", panel="all")
    assert "1 other " in page.locator(".st-key-panel_together .view .say").inner_text()
    check_no_error(page)


def test_numbers_stand_in_the_cells_on_a_narrow_window(visit) -> None:
    """Every canvas text that is drawn in a run is written down; 100 is among them."""
    page = visit("attention", prompt=PROMPT, layer="1", head="3", panel="all")
    page.add_init_script(
        """window.drawn = []; const own = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (...all) {
          window.drawn.push(all[0]); return own.apply(this, all); };"""
    )
    page.set_viewport_size({"width": 500, "height": 800})
    page.reload()
    wait_until_idle(page)
    wait_for(page, "() => window.drawn.includes('100')")
    check_fits(page)
