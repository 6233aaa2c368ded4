"""The README's pictures, of the first screens; no checks, so they run on request only.

UPDATE_PICTURES=1 pytest tests/e2e/test_pictures.py
"""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect
from transformers import GPT2Config, GPT2LMHeadModel

from core.language import _, current_language
from core.model.catalogue import STORYTELLER
from pages.shell.journey import stops
from tests.e2e.conftest import WAIT, Visit, wait_until_idle

PICTURES = Path(__file__).parent / "pictures"
PAGES = [stop.name for stop in stops()]
MACHINE = ".st-key-panel_machine"

pytestmark = pytest.mark.skipif(
    not os.environ.get("UPDATE_PICTURES"), reason="pictures are taken on request only"
)


in_each_language = pytest.mark.parametrize("lang", ["en", "it"])


def path_of(name: str, lang: str, kind: str = "png") -> Path:
    PICTURES.mkdir(exist_ok=True)
    return PICTURES / f"{name}{'' if lang == 'en' else f'-{lang}'}.{kind}"


def take(page: Page, name: str, lang: str = "en") -> None:
    page.wait_for_timeout(2_000)
    page.screenshot(path=path_of(name, lang))


@in_each_language
@pytest.mark.parametrize(("name", "scheme"), [*((n, "light") for n in PAGES), ("overview", "dark")])
def test_a_first_screen(name: str, scheme: str, lang: str, visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 1280, "height": 1000 if name == "overview" else 900})
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    visit(name, lang=lang)
    take(page, name if scheme == "light" else f"{name}-dark", lang)


@in_each_language
def test_on_a_phone(lang: str, visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 1400})
    visit("overview", lang=lang)
    take(page, "overview-phone", lang)


@in_each_language
def test_as_many_layers_as_gpt2_large(lang: str, visit: Visit, page: Page, tmp_path: Path) -> None:
    """Its layers and heads with random weights: what fits into the width, not what it thinks."""
    GPT2LMHeadModel(GPT2Config(n_layer=36, n_head=20, n_embd=160)).save_pretrained(tmp_path)
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (tmp_path / name).write_bytes((STORYTELLER / name).read_bytes())
    page.set_viewport_size({"width": 1280, "height": 1000})
    visit("overview", model=str(tmp_path), lang=lang)
    expect(page.locator(f"{MACHINE} .block")).to_have_count(36, timeout=WAIT)
    take(page, "overview-36-layers", lang)


@in_each_language
def test_a_thought_in_stills(lang: str, visit: Visit, page: Page) -> None:
    page.set_viewport_size({"width": 1100, "height": 1100})
    page.emulate_media(reduced_motion="reduce")
    visit("overview", lang=lang)
    machine, stills = page.locator(f"{MACHINE} .machine"), []
    on = page.get_by_role("button", name=speaker(lang)("Step forward"))
    for _stage in range(10):
        on.click()
        page.wait_for_timeout(200)
        frame = Image.open(io.BytesIO(machine.screenshot())).convert("RGB")
        stills.append(frame.resize((frame.width * 4 // 5, frame.height * 4 // 5)))
    size = stills[0].size
    stills = [still.crop((0, 0, *size)).quantize(96) for still in stills]
    path = path_of("machine", lang, "gif")
    stills[0].save(path, save_all=True, append_images=stills[1:], duration=1_600, loop=0)


@in_each_language
def test_a_class(lang: str, visit: Visit, page: Page, browser: Browser, app_url: str) -> None:
    say = speaker(lang)
    page.set_viewport_size({"width": 1280, "height": 900})
    visit("room", lang=lang)
    press(page, say("Open a room"))
    code = page.locator(".room-bar .code").inner_text()
    page.goto(f"{app_url}/attention?present=1&lang={lang}")
    wait_until_idle(page)
    learners = []
    for word in ("was", "was", "had", "said"):
        context = browser.new_context(viewport={"width": 400, "height": 720})
        learner = context.new_page()
        learner.goto(f"{app_url}/?room={code}&lang={lang}")
        learners.append((context, learner, word))
    press(page, say("Ask the class"))
    press(page, say("What comes next?"))
    for _context, learner, word in learners:
        learner.locator(".room-bar .answer input").fill(word, timeout=WAIT)
        learner.get_by_role("button", name=say("Send")).click()
    take(learners[0][1], "room-learner", lang)
    page.locator(".room-bar").get_by_role("button", name=say("Reveal"), exact=True).click()
    take(page, "room-teacher", lang)
    for context, _learner, _word in learners:
        context.close()


def speaker(lang: str) -> Callable[[str], str]:
    """What the app says in a language, whichever it is that the tests speak."""
    return current_language.bound(_, lang)


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).first.click()
    wait_until_idle(page)


def believe(page: Page, say: Callable[[str], str], *answers: str) -> None:
    """Say something of each of the seven statements, in turn."""
    press(page, say("Say what I believe now"))
    for number, group in enumerate(page.get_by_role("radiogroup").all()):
        group.get_by_text(say(answers[number % len(answers)]), exact=True).click()
        wait_until_idle(page)
    press(page, say("That is what I believe"))


@in_each_language
def test_a_lesson(lang: str, visit: Visit, page: Page) -> None:
    """The course, a guess, its answer on the real panel, and what came out of it."""
    say = speaker(lang)
    page.set_viewport_size({"width": 1280, "height": 900})
    visit("lessons", lang=lang)
    take(page, "lessons", lang)
    believe(page, say, "I agree", "I am not sure", "I disagree")
    page.locator(".st-key-lesson_who-looks-where").get_by_role("button").click()
    wait_until_idle(page)
    # The prompt above has the word too, and is there before the tokens are.
    page.locator(".st-key-lesson_band").get_by_test_id("stButtonGroup").get_by_text("Moon").click()
    wait_until_idle(page)
    take(page, "lessons-guess", lang)
    press(page, say("That is my answer"))
    take(page, "lessons-answer", lang)
    while page.get_by_role("button", name=say("Leave the lesson")).count():
        page.locator(".st-key-lesson_next button").click()
        wait_until_idle(page)
    press(page, say("What I have found out"))
    believe(page, say, "I disagree")
    take(page, "lessons-results", lang)
