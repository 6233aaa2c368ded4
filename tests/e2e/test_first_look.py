"""A page as a visitor meets it: short, with something to see and to do, and for everyone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.e2e.axe import unfit, violations
from tests.e2e.conftest import Visit, box_of, wait_until_drawn
from tests.e2e.test_widths import PAGES, WIDTHS

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
#: A laptop's and a phone's; test_all_panels.py looks at the widths between.
ENDS = (WIDTHS[0], WIDTHS[-1])


@pytest.mark.parametrize("name", PAGES)
def test_a_first_look(name: str, visit: Visit, page: Page) -> None:
    """Begun in the dark: components that paint by themselves paint for the theme they find."""
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    visit(name, prompt=PROMPT)
    wait_until_drawn(page)
    if name in (*FIRST_SCREEN, "compare"):
        assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight") <= MOST
    if name in FIRST_SCREEN:
        check_first_screen(page, *FIRST_SCREEN[name])
    found = []
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        # Colours are the same at every width: the second theme is looked at where most is seen.
        for width in ENDS if scheme == "dark" else ENDS[:1]:
            page.set_viewport_size({"width": width, "height": 720})
            found += unfit(page, f"{scheme} {width}") + violations(page, f"{scheme} {width}")
    assert not found, "\n".join(found)


def check_first_screen(page: Page, control: str, figure: str, least: int) -> None:
    """A question, a strip of tokens, and of the first figure a control and so many pixels."""
    assert box_of(page, "h1")["y"] < 100
    assert box_of(page, ".st-key-top_bar")["y"] < 300
    control_box = box_of(page, control)
    assert control_box["y"] + control_box["height"] <= 720
    assert 720 - box_of(page, figure)["y"] >= least
