"""The tokenizer page in a browser: lanes light each other up without asking the server."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from urllib.parse import parse_qs, urlparse

from playwright.sync_api import Page, expect

from tests.e2e.conftest import (
    ARTEFACTS,
    Visit,
    check_fits,
    check_no_error,
    wait_for,
    wait_until_idle,
)

PROMPT = "The naïve king said: 🙂日 don't <script>alert(1)</script> **b**\n  ok"
COUNT_RUNS = """() => { window.runs = 0; new MutationObserver((all) => {
    for (const m of all) if (m.target.getAttribute('data-test-script-state') === 'running')
      window.runs += 1;
  }).observe(document.querySelector('[data-testid="stApp"]'), { attributes: true }); }"""


def test_point_click_and_replay(visit, shot) -> None:
    page = visit("tokenizer", prompt=PROMPT, panel="all")
    lanes = page.locator(".st-key-tok_chips")
    page.evaluate(COUNT_RUNS)
    chip = lanes.locator(".lane.tokens .token").nth(2)
    assert chip.inner_text() == "␣king"
    # Pointing at a token lights its id, its bytes and its place, and the other way round.
    chip.hover()
    assert lanes.locator(".lane.ids .on").all_inner_texts() == ["5822"]
    assert lanes.locator(".lane.bytes .on").all_inner_texts() == ["20 6B 69 6E 67"]
    assert lanes.locator(".lane.text .on").all_inner_texts() == ["␣king"]
    assert "id 5822" in lanes.locator(".note").inner_text()
    lanes.locator(".lane.ids .number").nth(3).hover()
    assert lanes.locator(".lane.tokens .token.on").all_inner_texts() == ["␣said"]
    # A place in the text that several tokens share lights them all.
    lanes.locator(".lane.text .bit", has_text="日").hover()
    assert lanes.locator(".lane.tokens .token.on").count() > 1
    # So do the arrow keys.
    page.mouse.move(0, 0)
    lanes.locator(".lane.tokens .token").first.focus()
    page.keyboard.press("ArrowRight")
    expect(lanes.locator(".note")).to_contain_text("Token 1:")
    assert page.evaluate("() => window.runs") == 0, "pointing must not run the script"
    # Clicking takes the word to the merges.
    chip.click()
    wait_until_idle(page)
    word = page.locator(".st-key-tok_word input")
    wait_for(page, "() => document.querySelector('.st-key-tok_word input').value === '␣king'")
    assert word.input_value() == "␣king"
    # The slider goes on to the token, and the address keeps where it stands.
    thumb = page.locator(".st-key-tok_step input[type=range]")
    thumb.focus()
    pieces = page.locator(".st-key-tok_pieces .token .face")
    assert pieces.all_inner_texts() == ["␣", "k", "i", "n", "g"]
    thumb.press("End")
    wait_for(page, "() => location.search.includes('tok_step=')")
    wait_until_idle(page)
    assert pieces.all_inner_texts() == ["␣king"]
    query = parse_qs(urlparse(page.url).query)
    assert query["tok_word"] == ["␣king"]
    # The bytes and the bar follow the click too, though another character of this text is split.
    assert query["token"] == ["2"]
    assert page.locator(".st-key-top_bar .token.chosen").inner_text() == "␣king"
    assert page.get_by_role("spinbutton", name="Token, 0 to 24").input_value() == "2"
    assert lanes.locator(".token.chosen").all_inner_texts() == ["␣king"]
    check_no_error(page)
    check_fits(page)
    shot("tokenizer")
    for name in ("chips", "cuts", "merges", "bytes", "vocabulary", "costs"):
        page.locator(f".st-key-panel_{name}").screenshot(path=ARTEFACTS / f"tokenizer-{name}.png")
    # The link reopens the state.
    page = visit("tokenizer", **{key: value[0] for key, value in query.items()} | {"panel": "all"})
    assert page.locator(".st-key-tok_pieces .token").count() == 1
    assert page.locator(".st-key-tok_chips .token.chosen").all_inner_texts() == ["␣king"]
    page.set_viewport_size({"width": 500, "height": 800})
    page.wait_for_timeout(500)
    check_fits(page)


def test_ten_thousand_tokens(visit) -> None:
    page = visit("tokenizer", prompt="Hello", panel="all")
    box = page.get_by_role("textbox", name="Prompt", exact=True)
    box.fill("One day the king went into the wood and saw a bird in a tree. " * 667)
    box.press("Control+Enter")
    page.wait_for_selector(".st-key-tok_per")
    wait_until_idle(page)
    page.locator(".st-key-tok_per input").click()
    page.get_by_role("option", name="10,000").click()
    wait_for(
        page,
        """() => [...document.querySelectorAll('.st-key-tok_chips *')].some(n => n.shadowRoot &&
             n.shadowRoot.querySelectorAll('.lane.tokens .token').length === 10000)""",
    )
    lanes = page.locator(".st-key-tok_chips")
    lanes.locator(".lane.tokens .token").nth(5000).hover()
    assert lanes.locator(".on").count() == 4
    assert "Token 5000:" in lanes.locator(".note").inner_text()
    check_no_error(page)


def fill(page: Page, name: str, text: str) -> None:
    box = page.get_by_role("textbox", name=name, exact=True)
    box.fill(text)
    box.press("Control+Enter")
    page.wait_for_timeout(300)
    wait_until_idle(page)


def test_the_tokens_go_home_as_csv_and_json(visit) -> None:
    page = visit("tokenizer", prompt=PROMPT, panel="all")
    page.get_by_role("button", name="Export").click()
    with page.expect_download() as caught:
        page.get_by_role("button", name="Tokens as CSV").click()
    with Path(caught.value.path()).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    data = bytes.fromhex("".join(row["bytes"] for row in rows))
    assert data.decode() == PROMPT
    with page.expect_download() as caught:
        page.get_by_role("button", name="Tokens as JSON").click()
    kept = json.loads(Path(caught.value.path()).read_text(encoding="utf-8"))
    assert kept["text"] == PROMPT
    assert [t["id"] for t in kept["tokens"]] == [int(float(row["id"])) for row in rows]


def test_an_example_with_many_bytes_becomes_the_prompt(visit) -> None:
    page = visit("tokenizer", prompt="Hello", panel="all")
    page.get_by_role("button", name="Try emoji and Japanese").click()
    wait_for(page, "() => !location.search.includes('Hello')")
    wait_until_idle(page)
    assert page.get_by_role("textbox", name="Prompt", exact=True).input_value() != "Hello"
    check_no_error(page)


def test_examples_vocabulary_and_pairs(visit) -> None:
    page = visit("tokenizer", prompt="Hello", panel="all")
    page.locator(".st-key-panel_chips").get_by_role("button", name="Examples").click()
    page.get_by_role("button", name="One character, many tokens").click()
    wait_for(page, "() => location.search.includes('smile')")
    wait_until_idle(page)
    assert page.locator(".st-key-tok_chips .bundle").count() > 2
    fill(page, "Search all tokens", "8582")
    page.locator(".st-key-tok_by").get_by_role("radio", name="ids").click()
    expect(page.locator(".st-key-panel_vocabulary").get_by_text("<F0 9F>").first).to_be_visible()
    wait_until_idle(page)
    menu = page.locator(".st-key-tok_pair input")
    menu.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # an open menu closes when the page scrolls
    menu.click()
    page.get_by_role("option", name="Code with spaces or tabs").click()
    expect(page.get_by_text("costs 9 tokens more")).to_be_visible()
    query = parse_qs(urlparse(page.url).query)
    assert (query["tok_find"], query["tok_by"], query["tok_pair"]) == (
        ["8582"],
        ["ids"],
        ["indent"],
    )
    check_no_error(page)


def test_bad_input_is_answered_in_words(visit) -> None:
    # A lone surrogate in the address, as no browser sends it but a broken program may.
    page = visit("tokenizer", panel="all")
    page.goto(page.url.split("?")[0] + "?panel=all&prompt=a%ED%A0%BDb")
    wait_until_idle(page)
    assert "EF BF BD" in page.locator(".st-key-tok_chips .lane.bytes").inner_text()
    long = "x" * 2**18
    fill(page, "Search all tokens", long)
    expect(page.get_by_text("at most 200 characters; this one has 262,144")).to_be_visible()
    assert len(page.get_by_role("textbox", name="Search all tokens").input_value()) == 2**18
    fill(page, "Second text", long)
    expect(page.get_by_text("this server reads at most 2,000")).to_be_visible()
    assert len(page.get_by_role("textbox", name="Second text").input_value()) == 2**18
    fill(page, "Prompt", long)
    expect(page.get_by_text("this server reads at most 100,000")).to_be_visible()
    assert len(page.get_by_role("textbox", name="Prompt", exact=True).input_value()) == 2**18
    assert len(page.url) < 10_000
    fill(page, "Prompt", "Hello")
    assert page.locator(".st-key-tok_chips .token").count() == 1
    check_no_error(page)


def test_the_merges_play_to_the_token_and_pause(visit: Visit) -> None:
    page = visit("tokenizer", prompt="The king", tok_word="␣king")
    panel = page.locator(".st-key-panel_merges")
    faces = panel.locator(".st-key-tok_pieces .token .face")
    expect(faces).to_have_count(5)
    panel.get_by_role("button", name="Play").click()
    expect(faces).to_have_count(4)
    panel.get_by_role("button", name="Pause").click()
    wait_until_idle(page)
    step = parse_qs(urlparse(page.url).query)["tok_step"]
    expect(panel).to_contain_text(f"Step {step[0]} of ")
    panel.get_by_role("button", name="Play").click()
    expect(faces).to_have_text(["␣king"])
    # At the end it stands still, and plays from the first letters again.
    expect(panel.get_by_role("button", name="Play")).to_be_visible()
    panel.get_by_role("button", name="Play").click()
    expect(faces).to_have_count(5)
    check_no_error(page)


def test_who_asks_for_less_motion_goes_from_merge_to_merge(visit: Visit, page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    visit("tokenizer", prompt="The king", tok_word="␣king")
    panel = page.locator(".st-key-panel_merges")
    on = panel.get_by_role("button", name="One step on")
    expect(on).to_be_visible()
    expect(panel.get_by_role("button", name="Play")).to_have_count(0)
    on.focus()
    page.keyboard.press("Enter")
    expect(panel.locator(".st-key-tok_pieces .token .face")).to_have_count(4)
    check_no_error(page)
