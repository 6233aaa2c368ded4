"""The README's pictures, of the first screens; no checks, so they run on request only.

UPDATE_PICTURES=1 pytest tests/e2e/test_pictures.py
"""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from transformers import GPT2Config, GPT2LMHeadModel

from core.model.catalogue import STORYTELLER
from pages.shell.journey import stops
from tests.e2e.conftest import WAIT, Visit, wait_until_idle

PICTURES = Path(__file__).parent / "pictures"
PAGES = [stop.name for stop in stops()]
MACHINE = ".st-key-panel_machine"

pytestmark = pytest.mark.skipif(
    not os.environ.get("UPDATE_PICTURES"), reason="pictures are taken on request only"
)


def take(page: Page, name: str) -> None:
    page.wait_for_timeout(2_000)
    PICTURES.mkdir(exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png")


@pytest.mark.parametrize(("name", "scheme"), [*((n, "light") for n in PAGES), ("overview", "dark")])
def test_a_first_screen(name: str, scheme: str, visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1000 if name == "overview" else 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit(name, panel="")
    take(page, name if scheme == "light" else f"{name}-dark")


def test_on_a_phone(visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 1400})
    visit("overview", panel="")
    take(page, "overview-phone")


def test_as_many_layers_as_gpt2_large(visit: Visit, page: Page, tmp_path: Path) -> None:
    """Its layers and heads with random weights: what fits into the width, not what it thinks."""
    GPT2LMHeadModel(GPT2Config(n_layer=36, n_head=20, n_embd=160)).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((STORYTELLER / name).read_bytes())
    page.set_viewport_size({"width": 1280, "height": 1000})
    visit("overview", panel="", model=str(tmp_path))
    expect(page.locator(f"{MACHINE} .block")).to_have_count(36, timeout=WAIT)
    take(page, "overview-36-layers")


def test_a_thought_in_stills(visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 1100})
    page.emulate_media(reduced_motion="reduce")
    visit("overview", panel="")
    machine, stills = page.locator(f"{MACHINE} .machine"), []
    on = page.get_by_role("button", name="Step forward")
    for _stage in range(10):
        on.click()
        page.wait_for_timeout(200)
        frame = Image.open(io.BytesIO(machine.screenshot())).convert("RGB")
        stills.append(frame.resize((frame.width * 4 // 5, frame.height * 4 // 5)))
    size = stills[0].size
    stills = [still.crop((0, 0, *size)).quantize(96) for still in stills]
    stills[0].save(
        PICTURES / "machine.gif", save_all=True, append_images=stills[1:], duration=1_600, loop=0
    )


def test_a_class(visit: Visit, page: Page, browser: Browser, app_url: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    visit("room", panel="")
    press(page, "Open a room")
    code = page.locator(".room-bar .code").inner_text()
    page.goto(f"{app_url}/attention?present=1")
    wait_until_idle(page)
    learners = []
    for word in ("was", "was", "had", "said"):
        context = browser.new_context(viewport={"width": 400, "height": 720})
        learner = context.new_page()
        learner.goto(f"{app_url}/?room={code}")
        learners.append((context, learner, word))
    press(page, "Ask the class")
    press(page, "What comes next?")
    for _context, learner, word in learners:
        learner.locator(".room-bar .answer input").fill(word, timeout=WAIT)
        learner.get_by_role("button", name="Send").click()
    take(learners[0][1], "room-learner")
    page.locator(".room-bar").get_by_role("button", name="Reveal", exact=True).click()
    take(page, "room-teacher")
    for context, _learner, _word in learners:
        context.close()


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    wait_until_idle(page)


def believe(page: Page, *answers: str) -> None:
    """Say something of each of the seven statements, in turn."""
    press(page, "Say what I believe now")
    for number, group in enumerate(page.get_by_role("radiogroup").all()):
        group.get_by_text(answers[number % len(answers)]).click()
        wait_until_idle(page)
    press(page, "That is what I believe")


def test_a_lesson(visit: Visit, page: Page) -> None:
    """The course, a guess, its answer on the real panel, and what came out of it."""
    page.set_viewport_size({"width": 1280, "height": 900})
    visit("lessons", panel="")
    take(page, "lessons")
    believe(page, "I agree", "I am not sure", "I disagree")
    page.locator(".st-key-lesson_who-looks-where").get_by_role("button").click()
    wait_until_idle(page)
    page.locator(".st-key-lesson_band").get_by_text("Moon").last.click()
    wait_until_idle(page)
    take(page, "lessons-guess")
    press(page, "That is my answer")
    take(page, "lessons-answer")
    while page.get_by_role("button", name="Leave the lesson").count():
        page.locator(".st-key-lesson_next button").click()
        wait_until_idle(page)
    press(page, "What I have found out")
    believe(page, "I disagree")
    take(page, "lessons-results")
