"""What axe-core finds wrong with a page: WCAG 2.2 AA, as far as a program sees it.

axe looks into the components' shadow roots by itself. It cannot judge words on a canvas or in a
drawing; what these are is said beside them, and their contrasts are held by the tests of the ramps.
"""

from __future__ import annotations

import os
from functools import lru_cache

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, check_fits, wait_until_drawn
from tests.e2e.test_widths import cut

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none, html }) => {
        const [first] = [...any, ...all, ...none];
        return [id, target.flat().at(-1), first?.message, html.slice(0, 160)].join(': ');
    }));
}"""


@lru_cache
def script() -> str:
    if not AXE.exists():
        assert not os.environ.get("REQUIRE_BROWSER"), "npm ci installs axe-core"
        pytest.skip("no axe-core (npm ci)")
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, place: str) -> list[str]:
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(script())
    return [f"{place}: {one}" for one in page.evaluate(RUN, TAGS)]


def unfit(page: Page, place: str) -> list[str]:
    """What cannot be read at a width, or reaches beyond it."""
    wait_until_drawn(page)
    check_fits(page)
    return [f"{place}: {one}" for one in cut(page)]
