"""A language that is read from the right, its texts a third longer: every page holds."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from pages.shell.journey import beside, stops
from tests.e2e.conftest import Visit, check_fits, served, wait_until_drawn
from tests.e2e.test_widths import cut
from tests.locale import pseudo

PAGES = [stop.name for stop in (*stops(), *beside())]
#: On a phone the charts' labels have the room that our own languages need; there the page must fit.
#: From there it grows: what was made short for a phone has its whole length again.
NARROWEST = 400
WIDTHS = (NARROWEST, 1280)


@pytest.fixture(scope="module")
def app_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("spoken")
    pseudo.write_messages(folder / "locale", pseudo.FROM_THE_RIGHT)
    (folder / "prose").mkdir()
    pseudo.write_prose(folder / "prose", pseudo.FROM_THE_RIGHT)
    with served("tests.e2e.spoken", str(folder)) as url:
        yield url


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    return set()


def sides(page: Page) -> dict[str, str]:
    """From where the page's title and the prompt's tokens are read."""
    return page.evaluate(
        """() => Object.fromEntries(['h1', '.st-key-top_bar .strip', 'textarea']
            .map((one) => [one, document.querySelector(one)]).filter(([, node]) => node)
            .map(([one, node]) => [one, getComputedStyle(node).direction]))"""
    )


@pytest.mark.parametrize("name", PAGES)
def test_a_page_holds(name: str, visit: Visit, page: Page, loaded: set[str]) -> None:
    page.set_viewport_size({"width": NARROWEST, "height": 720})
    if not loaded:
        loaded.add(visit("tokenizer").url)  # a load's progress is known by its English words
    visit(name, lang=pseudo.FROM_THE_RIGHT, panel="all")
    found = sides(page)
    assert found.pop("h1") == "rtl"
    assert set(found.values()) <= {"ltr"}
    wrong = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 720})
        wait_until_drawn(page)
        check_fits(page)
        if width > NARROWEST:
            wrong += [f"{width}: {one}" for one in cut(page)]
    assert not wrong, "\n".join(wrong)
