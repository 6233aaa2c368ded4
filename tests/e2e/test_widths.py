"""A word that is cut: how it is found. test_axe.py looks for one on every page, at these widths."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page

from pages.shell.journey import beside, stops
from tests.e2e.conftest import whole

PAGES = [stop.name for stop in (*stops(), *beside())]
WIDTHS = (1280, 1920, 1024, 700, 400)
CUT = (Path(__file__).parent / "cut.js").read_text(encoding="utf-8")


def cut(page: Page) -> list[str]:
    """What cannot be read at a width, above and below the fold; see cut.js."""
    with whole(page):
        return page.evaluate(CUT)


@pytest.mark.parametrize(
    ("style", "said"),
    [
        ("width: 40px; overflow: hidden; white-space: nowrap", "px cut by"),
        ("width: 40px; overflow: auto; white-space: nowrap", "px cut by"),
        ("height: 9px; overflow: hidden", "px cut by"),
        ("position: absolute; right: -40px", "px beyond the window"),
        ("width: 40px; white-space: nowrap", "px out of"),
        ("width: 40px; overflow-wrap: anywhere", "is broken"),
        ("width: 1px; height: 1px; overflow: hidden; white-space: nowrap", None),
    ],
)
def test_the_measure_sees_what_is_cut(style: str, said: str | None, page: Page) -> None:
    """The last one is for screen readers alone."""
    page.set_content(f"<p class='one' style='{style}'>Understanding attention</p>")
    found = cut(page)
    assert [said in one for one in found] == [True] if said else not found
