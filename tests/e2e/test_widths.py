"""A word that is cut: how it is found. test_axe.py looks for one on every page, at these widths."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from playwright.sync_api import Page

from pages.shell.journey import beside, stops
from tests.e2e.conftest import whole

PAGES = [stop.name for stop in (*stops(), *beside())]
WIDTHS = (1280, 1920, 1024, 700, 400)
CUT = (Path(__file__).parent / "cut.js").read_text(encoding="utf-8")


def cut(page: Page, patience: float = 5.0) -> list[str]:
    """What cannot be read at a width, above and below the fold; see cut.js.

    A figure is drawn anew when its room or its letters change, on a busy machine a while later:
    what stays cut for so many seconds is cut.
    """
    end = time.monotonic() + patience
    with whole(page):
        while (found := page.evaluate(CUT)) and time.monotonic() < end:
            page.wait_for_timeout(250)
        return found


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
    found = cut(page, patience=0.0)
    assert [said in one for one in found] == [True] if said else not found
