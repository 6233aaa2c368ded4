"""Every page in Italian: no English sentence of ours, no number with a point, nothing cut off."""

from __future__ import annotations

import re
from functools import lru_cache

import pytest
from playwright.sync_api import Page

from core.locale.work import read, template
from pages.course.reading import ORDER, OURS
from pages.course.reading import read as read_lesson
from pages.kit.glossary import _read as glossary_in
from pages.panels.compare.pairs import twin
from pages.shell.examples import DEFAULT_PROMPT
from pages.shell.journey import glossary_stop, stops
from tests.e2e.conftest import Visit, check_fits, check_no_error, wait_until_drawn
from tests.e2e.test_widths import cut

PAGES = [stop.name for stop in [*stops(), glossary_stop()]] + ["lessons", "room"]

#: Texts and names that a page shows or says, with those inside of components. Programs are English,
#: and tables, sliders and steppers are Streamlit's: the browser or nobody decides their numbers.
_READ = """() => {
    const found = [];
    const theirs = 'style, script, noscript, code, pre, .katex, canvas';
    const kinds = ['Slider', 'NumberInput', 'DataFrame'];
    const numbers = kinds.map((kind) => `[data-testid=st${kind}]`).join();
    const walk = (root) => root.querySelectorAll('*').forEach((node) => {
        if (node.shadowRoot) walk(node.shadowRoot);
        if (node.closest(theirs)) return;
        const own = [...node.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent);
        const said = ['aria-label', 'title', 'placeholder', 'alt'].map((a) => node.getAttribute(a));
        for (const text of [own.join('').trim(), ...said]) {
            if (text) found.push([text, Boolean(node.closest(numbers))]);
        }
    });
    walk(document.body);
    return found;
}"""


@lru_cache
def english() -> set[str]:
    """Stretches of our English sentences, of two words at least, that no Italian one holds."""
    italian = "\n".join(
        form
        for message in read("it")
        for form in ([message.string] if isinstance(message.string, str) else message.string)
    )
    found: set[str] = set()
    for message in template():
        for form in [message.id] if isinstance(message.id, str) else message.id:
            parts = re.split(r"\{[^}]*\}|[“”`*]|\]\([^)]*\)", form)
            found |= {part.strip(" .,:;()·") for part in parts}
    # A term's English name stands in brackets beside the Italian one.
    names = {name.casefold() for t in glossary_in("en").values() for name in (t.name, *t.others)}
    found = {part for part in found if part.casefold() not in names}
    return {part for part in found if len(part.split()) > 1 and part not in italian}


@pytest.fixture(scope="module")
def loaded() -> set[str]:
    """The names of the pages whose model is there: the first visit waits for it in English."""
    return set()


def open_in_italian(visit: Visit, name: str, loaded: set[str]) -> Page:
    if not loaded:
        visit("tokenizer")
        loaded.add("model")
    return visit(name, lang="it", panel="all")


@pytest.mark.parametrize("name", PAGES)
def test_no_sentence_of_ours_is_english_and_nothing_is_cut(
    name: str, visit: Visit, loaded: set[str]
) -> None:
    page = open_in_italian(visit, name, loaded)
    check_page(page)
    for width in (1280, 1024, 400):
        page.set_viewport_size({"width": width, "height": 900})
        wait_until_drawn(page)
        check_no_error(page)
        check_fits(page)
        assert not cut(page), width


def check_page(page: Page) -> None:
    """All that it says is Italian."""
    assert page.evaluate("document.documentElement.lang") == "it"
    texts = page.evaluate(_READ)
    said = {text for text, _theirs in texts} - {twin(DEFAULT_PROMPT)}  # a prompt is English
    left = {text for text in said for part in english() if part in text}
    assert not left
    point = re.compile(r"(?<![\w.])\d+\.\d{1,2}(?![\w.])|\d\.\d{1,2} ?%")
    assert not {text for text, theirs in texts if not theirs and point.search(text)}


def check_italian(page: Page, more: set[str]) -> None:
    """No English sentence of ours, and none of `more`."""
    texts = " ".join(text for text, _theirs in page.evaluate(_READ))
    # What the model writes is English: two words of ours may be among it.
    ours = {part for part in english() if len(part.split()) > 2} | more
    assert not {part for part in ours if part in texts}


@pytest.mark.parametrize("part", ["entrance", "exit", "results", "teacher", "write"])
def test_no_part_of_the_course_is_english(part: str, visit: Visit, loaded: set[str]) -> None:
    open_in_italian(visit, "lessons", loaded)
    page = visit("lessons", lang="it", part=part, panel="all")
    check_italian(page, set())


def said_in_english(lesson: str) -> set[str]:
    """Stretches of a lesson's English words that its Italian ones and its prompts do not hold."""

    def texts(language: str) -> list[str]:
        sections = read_lesson(OURS / lesson, language).words.sections.values()
        return [text for one in sections for text in (one.text, *one.options.values())]

    cuts = re.compile(r"[{}\[\]*“”\n]|[.?!:] ")
    parts = {part.strip(" .,:;?()\n>-") for text in texts("en") for part in cuts.split(text)}
    theirs = "\n".join([*texts("it"), (OURS / lesson / "lesson.yaml").read_text(encoding="utf-8")])
    return {part for part in parts if len(part.split()) >= 4 and part not in theirs}


@pytest.mark.parametrize("lesson", ORDER)
def test_no_step_of_a_lesson_is_english(lesson: str, visit: Visit, loaded: set[str]) -> None:
    """What answers its first question, beside the panel."""
    open_in_italian(visit, "glossary", loaded)
    found = read_lesson(OURS / lesson, "it")
    step = next(step for step in found.lesson.steps if step.kind == "reveal")
    page = visit(found.lesson.opened(step).page, lang="it", lesson=lesson, step=step.id)
    page.wait_for_selector(".st-key-lesson_band")
    check_italian(page, said_in_english(lesson))
