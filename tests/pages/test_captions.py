"""Each panel ends in a line with its numbers, also before anything was chosen or started."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

import pytest
from streamlit.testing.v1 import AppTest

from pages.kit.panel import PANELS
from pages.shell.journey import stops
from tests.app import open_page
from tests.pages.test_panels import REAL

#: Says how a second model comes to be there, until one is.
ALONE = {"compare/models"}
NAMES = sorted(set(REAL) - ALONE)


@cache
def page(name: str) -> AppTest:
    """A page on the app's own prompt, all panels open."""
    return open_page(name)


def captions(app: AppTest, key: str) -> list[str]:
    """What the captions of one panel say."""

    def within(block: object, inside: bool) -> Iterator[str]:
        for child in getattr(block, "children", {}).values():
            here = inside or str(getattr(child.proto, "id", "")).endswith(f"-{key}")
            if hasattr(child, "children"):
                yield from within(child, here)
            elif here and child.type == "caption":
                yield child.value

    return list(within(app.main, False))


def test_the_walk_misses_no_panel() -> None:
    assert {one.page for one in REAL.values()} == {stop.name for stop in stops()}
    assert set(PANELS) >= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_panel_says_so_what_with_a_number(name: str) -> None:
    said = captions(page(REAL[name].page), REAL[name].key)
    assert any(re.search(r"\d", caption) for caption in said), said
