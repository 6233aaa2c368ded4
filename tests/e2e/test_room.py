"""A teacher and three learners, a browser's context each: nobody shares a cookie."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from tests.e2e.conftest import ARTEFACTS, WAIT, check_fits, check_legible, listen, wait_until_idle

Enter = Callable[..., Page]
LETTERS = "BCDFGHJKLMPRTWXZ"


@pytest.fixture
def enter(browser: Browser, app_url: str) -> Iterator[Enter]:
    """Open the app as somebody else; no script of it may fail."""
    errors: list[list[str]] = []
    contexts = []

    def come(path: str = "", width: int = 1280) -> Page:
        size = ViewportSize(width=width, height=720)
        context = browser.new_context(viewport=size)
        contexts.append(context)
        page = context.new_page()
        errors.append(listen(page))
        page.goto(f"{app_url}/{path}")
        wait_until_idle(page)
        return page

    yield come
    for context in contexts:
        context.close()
    assert not any(errors), errors


def lead(enter: Enter) -> tuple[Page, str]:
    teacher = enter("room")
    teacher.get_by_role("button", name="Open a room").click()
    code = teacher.locator(".room-bar .code")
    expect(code).to_be_visible()
    return teacher, code.inner_text()


def join(enter: Enter, code: str, **more: int) -> Page:
    learner = enter(f"?room={code}", **more)
    expect(learner.locator(".room-bar .who b")).not_to_be_empty()
    return learner


def name_of(page: Page) -> str:
    return page.locator(".room-bar .who b").inner_text()


def press(page: Page, name: str) -> None:
    page.locator(".room-bar").get_by_role("button", name=name, exact=True).click()


def ask(teacher: Page, kind: str, *, twice: bool = False, text: str = "") -> None:
    press(teacher, "Ask the class")
    if text:
        teacher.locator(".room-bar .ask input").first.fill(text)
    if twice:
        teacher.locator(".room-bar .twice input").check()
    press(teacher, kind)


def test_a_class_votes_talks_votes_again_and_sees_both(enter: Enter) -> None:
    teacher, code = lead(enter)
    assert len(code) == 4
    assert set(code) <= set(LETTERS)
    learners = [join(enter, code, width=width) for width in (400, 1024, 1280)]
    assert len({name_of(learner) for learner in learners}) == 3
    expect(teacher.locator(".room-bar .here")).to_have_text("3 here")
    ask(teacher, "Yes or no", twice=True, text="<b>Does it plan?</b>")
    for learner, answer in zip(learners, ("Yes", "Yes", "No"), strict=True):
        expect(learner.locator(".room-bar .question")).to_have_text("<b>Does it plan?</b>")
        press(learner, answer)
        expect(learner.locator(".room-bar .taken")).to_contain_text(answer)
        check_fits(learner)
        check_legible(learner)
    expect(teacher.locator(".room-bar .answered")).to_have_text("3 answered")
    assert "%" not in teacher.locator(".room-bar").inner_text()  # no tally before the reveal
    press(teacher, "End the vote: talk")
    expect(learners[0].locator(".room-bar .talk")).to_be_visible()
    expect(learners[0].locator(".room-bar .option")).to_have_count(0)
    press(teacher, "Vote again")
    for learner in learners:
        press(learner, "No")
        expect(learner.locator(".room-bar .taken")).to_be_visible()
    press(teacher, "Reveal")
    for page in (teacher, *learners):
        rows = page.locator(".room-bar .row")
        expect(rows.nth(0)).to_contain_text("First vote 67%")
        expect(rows.nth(0)).to_contain_text("Second vote 0%")
        expect(rows.nth(1)).to_contain_text("Second vote 100%")


def test_who_reloads_or_opens_a_second_tab_is_who_they_were(enter: Enter) -> None:
    teacher, code = lead(enter)
    learner = join(enter, code)
    name = name_of(learner)
    learner.reload()
    wait_until_idle(learner)
    expect(learner.locator(".room-bar .who b")).to_have_text(name)
    other_tab = learner.context.new_page()
    other_tab.goto(learner.url)
    expect(other_tab.locator(".room-bar .who b")).to_have_text(name)
    teacher.reload()
    expect(teacher.locator(".room-bar .code")).to_have_text(code)
    expect(teacher.locator(".room-bar .here")).to_have_text("1 here")


def test_the_class_follows_and_who_wanders_off_comes_back(enter: Enter) -> None:
    teacher, code = lead(enter)
    learner, wanderer = join(enter, code), join(enter, code)
    press(teacher, "Take everybody to the page that you look at")
    for page in (learner, wanderer):
        page.wait_for_url("**/room?*")
    wait_until_idle(wanderer)
    wanderer.get_by_role("link", name="Tokenizer").click()
    wanderer.wait_for_url("**/tokenizer?*")
    teacher.get_by_role("link", name="Attention").click()
    wait_until_idle(teacher)
    learner.wait_for_url("**/attention?*")
    number = teacher.locator(".st-key-attention_layer input").first
    number.fill("3")
    number.press("Enter")
    learner.wait_for_url("**layer=3*")
    wait_until_idle(learner)
    expect(learner.locator(".st-key-attention_layer input").first).to_have_value("3")
    expect(wanderer.locator(".room-bar .tools")).to_contain_text("The class is at: Attention")
    assert "/tokenizer" in wanderer.url
    press(wanderer, "Go there")
    wanderer.wait_for_url("**/attention?*layer=3*")
    expect(wanderer.locator(".room-bar .tools")).to_contain_text("You follow the teacher.")
    # Prompts are locked: no field is left to a learner, until they are free again.
    press(teacher, "Learners keep the model and choose among the examples")
    for page in (learner, wanderer):
        expect(page.locator(".st-key-prompt_field")).to_have_count(0, timeout=WAIT)
        expect(page.get_by_text("Your teacher has locked the prompt")).to_be_visible()
    expect(teacher.locator(".st-key-prompt_field")).to_have_count(1)
    check_fits(learner)
    check_legible(learner)
    press(teacher, "Learners keep the model and choose among the examples")
    for page in (learner, wanderer):
        expect(page.locator(".st-key-prompt_field")).to_have_count(1, timeout=WAIT)
    # A text that no address can hold goes along, too.
    fields = [
        page.locator('[data-testid="stSidebar"] .st-key-prompt_field textarea')
        for page in (teacher, learner, wanderer)
    ]
    long = "and she said " * 150 + "goodbye"
    fields[0].fill(long)
    fields[0].press("Enter")
    for field in fields[1:]:
        expect(field).to_have_value(long, timeout=WAIT)


def test_typed_words_wait_for_a_click_and_stand_beside_the_model(enter: Enter) -> None:
    teacher, code = lead(enter)
    learners = [join(enter, code) for _one in range(2)]
    ask(teacher, "What comes next?")
    for learner, word in zip(learners, ("was", "<img src=x onerror=alert(1)>"), strict=True):
        field = learner.locator(".room-bar .answer input")
        field.fill(word)
        field.press("Enter")
        expect(learner.locator(".room-bar .taken")).to_contain_text(word)
    press(teacher, "Reveal")
    was = learners[0].locator(".room-bar .row", has_text="was")
    expect(was).to_contain_text("Class 50%")
    expect(was).to_contain_text("Model ")
    expect(learners[0].locator(".room-bar .totals")).to_contain_text("not shown: 1")
    assert "onerror" not in learners[0].locator(".room-bar").inner_text()
    teacher.locator(".room-bar .typed summary").click()
    press(teacher, "Show those that are ticked")
    expect(learners[0].locator(".room-bar .result")).to_contain_text("<img src=x onerror=")
    assert learners[0].locator(".room-bar img").count() == 0


def test_a_room_that_is_over_says_so_and_leads_on(enter: Enter) -> None:
    teacher, code = lead(enter)
    learner = join(enter, code)
    teacher.get_by_role("button", name="End the room").click()
    teacher.get_by_role("button", name="End it now").click()
    bar = learner.locator(".room-bar")
    expect(bar).to_contain_text(f"Room {code} is over")
    press(learner, "To the class room")
    learner.wait_for_url("**/room*")
    wait_until_idle(learner)
    learner.reload()
    wait_until_idle(learner)
    expect(learner.get_by_role("button", name="Open a room")).to_be_visible()
    expect(bar).to_have_count(0)


def test_the_servers_log_knows_nobody(enter: Enter, app_url: str) -> None:
    teacher, code = lead(enter)
    learner = join(enter, code)
    name = name_of(learner)
    ask(teacher, "A word")
    learner.locator(".room-bar .answer input").fill("xylophone")
    press(learner, "Send")
    expect(learner.locator(".room-bar .taken")).to_contain_text("xylophone")
    kept = {c.get("name"): c.get("value", "") for c in learner.context.cookies()}
    secret = kept["gpt2_room"]
    log = (ARTEFACTS / f"server-{app_url.rsplit(':', 1)[1]}.log").read_text()
    for word in ("xylophone", name, code, secret.split(".")[1]):
        assert word not in log
