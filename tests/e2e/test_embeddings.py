"""The embeddings page in a browser: pointing and clicking where only a browser can."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.conftest import Visit, check_fits, check_no_error, wait_until_idle

BANK = "They sat on the bank of the river. He took the money to the bank"
PANELS = ["sum", "alike", "context", "map", "order", "matrix"]


def test_pointing_and_choosing(visit: Visit, shot: Callable[[str], Path]) -> None:
    page = visit("embeddings", prompt=BANK, token="4", panel="all")
    for name in PANELS:
        expect(page.locator(f".st-key-panel_{name}")).to_be_visible()
    panel = page.locator(".st-key-panel_sum")
    picture, note = panel.locator("canvas").first, panel.locator(".matrix + .note")
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] > 300
    # The third of six rows; the window of tokens begins at token 1.
    spot = {"x": box["width"] * 0.5, "y": box["height"] * 2.5 / 6}
    picture.hover(position=spot)
    expect(note).to_contain_text("3 ␣the, dimension")
    read = note.inner_text()
    first, second, total = (
        float(number.replace("−", "-").replace("+", ""))
        for number in read.split(":")[1].replace("=", " ").split()
    )
    assert abs(first + second - total) < 2e-4
    picture.click(position=spot)
    page.wait_for_timeout(500)
    wait_until_idle(page)
    expect(page.locator(".st-key-top_bar .token").nth(3)).to_have_class(re.compile("chosen"))
    expect(page.locator(".st-key-panel_context")).to_contain_text("Token 3: ␣the")
    assert "token=3" in page.url
    page.locator(".st-key-top_bar .token", has_text="river").click()
    page.wait_for_timeout(500)
    wait_until_idle(page)
    expect(page.locator(".st-key-panel_alike")).to_contain_text("Nearest to ␣river")
    check_fits(page)
    check_no_error(page)
    shot("embeddings-first-views")


def test_the_other_views(visit: Visit, page, shot: Callable[[str], Path]) -> None:
    page.emulate_media(color_scheme="dark")
    visit(
        "embeddings",
        prompt=BANK,
        alike="analogy",
        context="meeting",
        order="swap",
    )
    expect(page.locator(".st-key-panel_alike")).to_contain_text("What this shows")
    canvas = page.locator(".st-key-panel_order canvas").first
    expect(canvas).to_be_visible()
    canvas.hover()
    expect(page.locator(".st-key-panel_order .note")).to_contain_text("moved by")
    for view in ("Map", "Lengths", "All pairs"):
        page.locator(".st-key-panel_order").get_by_role("radio", name=view, exact=True).click()
        page.wait_for_timeout(400)
        wait_until_idle(page)
        check_no_error(page)
    picture = page.locator(".st-key-panel_order canvas").first
    box = picture.bounding_box()
    assert box is not None
    assert abs(box["width"] - box["height"]) < 3  # a square of positions, not a stretched one
    picture.hover()
    expect(page.locator(".st-key-panel_order .matrix + .note")).to_contain_text("cosine")
    check_fits(page)
    shot("embeddings-second-views")
