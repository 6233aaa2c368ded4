"""The first seconds of a server: a stored picture stands where the live one comes; and its last."""

from __future__ import annotations

from playwright.sync_api import Page

from tests.e2e.conftest import served, wait_until_idle

#: Pixels by which the picture may move: what a rounding of heights makes.
STILL = 2
#: Milliseconds in which a first visit's fonts come.
FONTS = 500

#: Notes at every frame how the picture stands, and whether it is the live one.
WATCH = """
window.seen = [];
const look = () => {
  const app = document.querySelector('[data-testid="stApp"]');
  const picture = document.querySelector('.st-key-machine');
  if (app && picture) {
    const { top, height } = picture.getBoundingClientRect();
    const state = app.getAttribute('data-test-script-state');
    const live = Boolean(document.querySelector('.st-key-top_bar'));
    const at = performance.now();
    window.seen.push({ at, top: top + window.scrollY, height, state, live });
  }
  window.requestAnimationFrame(look);
};
window.requestAnimationFrame(look);
"""


def test_the_live_picture_takes_the_stored_ones_place_without_a_jump(page: Page):
    page.add_init_script(WATCH)
    with served("tests.e2e.slowly") as url:
        page.goto(url)
        page.wait_for_selector(".st-key-top_bar", timeout=120_000)
        wait_until_idle(page)
        seen = page.evaluate("window.seen")
    # Leaving it has told the server to stop, and the server its sessions.
    told = page.locator('[data-testid="stToast"]')
    told.wait_for(timeout=10_000)
    assert "is being stopped or restarted" in told.inner_text()
    # The first run of the session draws the page, its fonts come; from then on nothing moves.
    whole = max(look["height"] for look in seen)
    drawn = next(
        look["at"] for look in seen if look["height"] == whole and look["state"] != "running"
    )
    begin = next(i for i, look in enumerate(seen) if look["at"] > drawn + FONTS)
    assert not seen[begin]["live"], "the model was there before the page: nothing was tested"
    end = seen[-1]
    assert end["live"]
    moved = [look for look in seen[begin:] if abs(look["top"] - end["top"]) > STILL]
    assert not moved, f"it stood at {end['top']:.0f} in the end, and before at {moved[0]}"
    assert {look["height"] for look in seen[begin:]} == {whole}, "it was drawn anew"
