"""Every page at five widths, in both themes: no word is cut, and axe-core finds nothing.

WCAG 2.2 AA, as far as a program sees it; the widths are from a phone's to a big screen's.

axe looks into the components' shadow roots by itself. It cannot judge words on a canvas or in a
drawing; what these are is said beside them, and their contrasts are held by the tests of the ramps.
"""

from __future__ import annotations

import os
from functools import lru_cache

import pytest
from playwright.sync_api import Page

from tests.e2e.conftest import ROOT, Visit, check_fits, wait_until_drawn
from tests.e2e.test_widths import PAGES, WIDTHS, cut

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
#: A laptop's and a phone's.
ENDS = (WIDTHS[0], WIDTHS[-1])
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """async (tags) => {
    const { violations } = await axe.run(document, { runOnly: tags, resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) => nodes.map(({ target, any, all, none, html }) => {
        const [first] = [...any, ...all, ...none];
        return [id, target.flat().at(-1), first?.message, html.slice(0, 160)].join(': ');
    }));
}"""


@pytest.fixture(scope="session", autouse=True)
def installed() -> None:
    if not AXE.exists():
        assert not os.environ.get("REQUIRE_BROWSER"), "npm ci installs axe-core"
        pytest.skip("no axe-core (npm ci)")


@lru_cache
def script() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page: Page, place: str) -> list[str]:
    return [f"{place}: {one}" for one in page.evaluate(RUN, TAGS)]


def unfit(page: Page, place: str) -> list[str]:
    """What cannot be read at a width, or reaches beyond it."""
    wait_until_drawn(page)
    check_fits(page)
    return [f"{place}: {one}" for one in cut(page)]


@pytest.mark.parametrize("name", PAGES)
def test_a_first_look(name: str, visit: Visit, page: Page) -> None:
    """Begun in the dark: components that paint by themselves paint for the theme they find."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit(name, panel="")
    page.evaluate(script())
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        # Colours are the same at every width: the second theme is looked at where most is seen;
        # the widths between are looked at with all panels open.
        for width in ENDS if scheme == "dark" else ENDS[:1]:
            page.set_viewport_size({"width": width, "height": 720})
            found += unfit(page, f"{scheme} {width}") + violations(page, f"{scheme} {width}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PAGES)
def test_all_panels_open(name: str, visit: Visit, page: Page) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    visit(name)
    page.evaluate(script())
    wait_until_drawn(page)
    found = violations(page, "light 1280")
    page.emulate_media(color_scheme="dark")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 720})
        found += unfit(page, f"dark {width}")
        if width in ENDS:
            found += violations(page, f"dark {width}")
    assert not found, "\n".join(found)


#: Steps of lessons, a question of each kind and what answers it.
STEPS = [
    ("attention", "who-looks-where", "guess"),
    ("tokenizer", "are-tokens-words", "count"),
    ("tokenizer", "are-tokens-words", "order"),
    ("sampling", "is-it-chance", "twice"),
    ("sampling", "beat-the-model", "game"),
]


@pytest.mark.parametrize(("name", "lesson", "step"), STEPS)
def test_a_step_of_a_lesson(name: str, lesson: str, step: str, visit: Visit, page: Page) -> None:
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit(name, panel="", lesson=lesson, step=step)
    page.wait_for_selector(".st-key-lesson_band")
    page.evaluate(script())
    found = []
    for scheme, width in (("dark", 1280), ("light", 1280), ("light", 400)):
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 720})
        wait_until_drawn(page)
        found += violations(page, f"{scheme} {width}")
    assert not found, "\n".join(found)


def test_axe_sees_into_a_shadow_root(page: Page) -> None:
    page.set_content(
        "<html lang='en'><title>Shadow</title><div role='main' id='host'></div></html>"
    )
    page.evaluate(
        """() => { document.querySelector('#host').attachShadow({ mode: 'open' }).innerHTML =
            '<p style="color: #999; background: #fff">pale</p>'; }"""
    )
    page.evaluate(script())
    assert [one.split(":")[0] for one in page.evaluate(RUN, TAGS)] == ["color-contrast"]
