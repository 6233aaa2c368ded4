"""The machine in a real browser: it plays, steps, opens and leads away, and its scripts compute."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import WAIT, Visit
from tests.e2e.modules import Run, runner

TEXT = "Once upon a time there was a king who had a beautiful daughter. The king"
PICTURE = ".st-key-panel_machine .machine"


@pytest.fixture
def run(page: Page) -> Run:
    return runner(page)


def message(n_tokens: int = 3, layers: int = 2, folded: int = 0) -> dict:
    look = {"head": 1, "rows": [0], "weights": [0.5], "shares": ["50%"], "say": ["looks"]}
    return {
        "tokens": [
            {"n": i, "id": "1", "t": "king", "folded": folded if i == 1 else 0}
            for i in range(n_tokens)
        ],
        "after": 0,
        "at": n_tokens - 1,
        "layers": layers,
        "bins": 32,
        "looks": [look] * layers,
        "answers": [["of", "1%"]] * (layers + 1),
        "best": [["was", "20%", 0.2]] * 8,
        "stops": list(range(min(8, layers))),
        "steps": [f"step {i}" for i in range(layers + 4)],
        "norms": ["1.00"] * (layers + 1),
        "words": dict.fromkeys(
            ("text", "text_note", "vector", "vector_note", "blocks", "next", "next_note"), "word"
        ),
    }


def test_everything_stands_inside_the_picture(run: Run) -> None:
    asked = [
        [message(n, layers, folded), width]
        for n in (1, 3, 20)
        for layers in (1, 6, 12, 36, 48)
        for folded in (0, 900)
        for width in (700, 960, 1280, 1800)
        if n > 1 or not folded
    ]
    found = run(
        "machine/layout.js",
        """({ across }, asked) => asked.map(([data, width]) => {
            const plan = across(data, width, 1);
            const boxes = [...plan.tokens, ...plan.strips, ...plan.bars, ...plan.heads];
            const columns = plan.strips.filter(({ row }) => row === 0);
            return {
                right: Math.max(...boxes.map((b) => b.x + b.width)),
                bottom: Math.max(...boxes.map((b) => b.y + b.height)),
                width: plan.width, height: plan.height,
                apart: columns.slice(1).every((c, i) => c.x > columns[i].x + columns[i].width),
                arcs: plan.arcs.length, strips: plan.strips.length,
            };
        })""",
        asked,
    )
    for (data, width), seen in zip(asked, found, strict=True):
        assert seen["right"] <= seen["width"] <= width + 1, (width, data["layers"])
        assert seen["bottom"] < seen["height"]
        assert seen["apart"]
        assert seen["arcs"] == data["layers"]
        assert seen["strips"] == len(data["tokens"]) * (data["layers"] + 1)


def test_a_narrow_page_has_it_from_top_to_bottom(run: Run) -> None:
    asked = [[message(20, layers, 900), width] for layers in (6, 36) for width in (320, 400, 600)]
    found = run(
        "machine/narrow.js",
        """({ down }, asked) => asked.map(([data, width]) => {
            const plan = down(data, width);
            const boxes = [...plan.tokens, ...plan.strips, ...plan.bars];
            return { right: Math.max(...boxes.map((b) => b.x + b.width)), edges: plan.edges,
                     height: plan.height, strips: plan.strips.length };
        })""",
        asked,
    )
    for (data, width), seen in zip(asked, found, strict=True):
        assert seen["right"] <= width
        assert seen["edges"] == sorted(seen["edges"])
        assert seen["edges"][-1] == seen["height"]
        assert seen["strips"] == data["layers"] + 1


def test_a_thought_takes_ten_seconds_whatever_the_model(run: Run) -> None:
    found = run(
        "machine/play.js",
        """({ timesOf, stagesOf }, asked) => asked.map((data) => [
            timesOf(data).reduce((sum, t) => sum + t, 0), timesOf(data).length, stagesOf(data)])""",
        [message(layers=layers) for layers in (1, 6, 12, 36, 48)],
    )
    for whole, times, stages in found:
        assert whole == pytest.approx(10_000)
        assert times == stages


def test_what_is_said_at_a_block_that_passes_by(run: Run) -> None:
    data = message(layers=12) | {"stops": [0, 5, 11]}
    said = run(
        "machine/play.js",
        """({ saidAt }, data) => [4, 6, 7, 13, null].flatMap((stage) => [
            saidAt(data, stage, true), saidAt(data, stage, false)])""",
        data,
    )
    # While it plays the last thing that was said stays; who steps is told of every block.
    assert said == [
        *("step 2", "step 4"), *("step 2", "step 6"), *("step 7", "step 7"),
        *("step 13", "step 13"), *("", ""),
    ]  # fmt: skip


def test_steps_go_round_through_the_whole_picture(run: Run) -> None:
    found = run(
        "machine/play.js",
        """({ stepped }, data) => [stepped(data, null, 1), stepped(data, 0, 1), stepped(data, 5, 1),
                                   stepped(data, null, -1), stepped(data, 0, -1)]""",
        message(layers=2),
    )
    assert found == [0, 1, None, 5, None]


def test_stripes_are_put_together_where_there_is_no_room(run: Run) -> None:
    found = run(
        "machine/layout.js",
        "({ togetherOf }, asked) => asked.map((one) => togetherOf(...one))",
        [[32, 96], [32, 40], [32, 10], [16, 6], [3, 4], [1, 4]],
    )
    assert found == [1, 4, 16, 8, 1, 1]
    merged = run(
        "machine/draw.js",
        "({ merged }, numbers) => [...merged(Float32Array.from(numbers), 2)]",
        [1, 3, -2, -4],
    )
    assert merged == [2, -3]


def test_numbers_are_written_as_everywhere(run: Run) -> None:
    found = run(
        "machine/pointed.js",
        "({ written }, numbers) => numbers.map(written)",
        [0.256, -12.34, 123.4, -0.001],
    )
    assert found == ["0.26", "\u221212.3", "123", "0.00"]


def _open(visit: Visit, **address: str) -> Page:
    page = visit("", prompt=TEXT, **address)
    expect(page.locator(f"{PICTURE} .tok")).to_have_count(16, timeout=WAIT)
    return page


def test_it_plays_pauses_and_steps(visit: Visit) -> None:
    page = _open(visit)
    say, main = page.locator(f"{PICTURE} .say"), page.locator(f"{PICTURE} button.main")
    main.click()
    expect(say).to_contain_text("cut into 16 pieces", timeout=WAIT)
    expect(say).to_contain_text("Block 1", timeout=WAIT)
    main.click()
    paused = say.inner_text()
    page.wait_for_timeout(1500)
    assert say.inner_text() == paused
    page.get_by_role("button", name="Step forward").click()
    expect(say).to_contain_text("Block 2")
    page.get_by_role("button", name="Step back").click()
    expect(say).to_contain_text("Block 1")
    page.get_by_role("button", name="Show all").click()
    expect(say).to_contain_text("Point at anything")


def test_a_block_opens_leads_to_its_page_and_back_again(visit: Visit) -> None:
    page = _open(visit)
    page.locator(f"{PICTURE} .block[data-i='3']").click()
    expect(page.locator(f"{PICTURE} .opened h3")).to_have_text("Inside block 3", timeout=WAIT)
    expect(page.locator(f"{PICTURE} .pictures .picture")).to_have_count(8)
    expect(page.locator(f"{PICTURE} .neurons li")).to_have_count(5)
    page.locator(f"{PICTURE} .picture").nth(6).click()
    page.wait_for_url(re.compile(r"/attention.*layer=3.*head=6"), timeout=WAIT)
    expect(page.locator(".st-key-panel_head")).to_be_visible(timeout=WAIT)
    page.go_back()
    expect(page.locator(f"{PICTURE} .opened h3")).to_have_text("Inside block 3", timeout=WAIT)


def test_another_token_is_followed_by_keys_alone(visit: Visit) -> None:
    page = _open(visit)
    page.locator(f"{PICTURE} .tok.here").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    expect(page.locator(f"{PICTURE} .tok.here")).to_have_attribute("data-i", "13", timeout=WAIT)
    expect(page).to_have_url(re.compile("token=13"))
    assert not page.locator(f"{PICTURE} .best.live").count()  # only the end of a text goes on


def test_pointing_says_the_number(visit: Visit) -> None:
    page = _open(visit)
    page.locator(f"{PICTURE} .best").first.hover()
    tip = page.locator(f"{PICTURE} .tip")
    expect(tip).to_contain_text("has a chance of")
    vector = page.locator(f"{PICTURE} .frame").nth(2)
    vector.scroll_into_view_if_needed()
    frame = vector.bounding_box()
    assert frame
    page.mouse.move(frame["x"] + frame["width"] / 2, frame["y"] + frame["height"] / 2)
    expect(tip).to_contain_text("numbers")
    expect(tip).to_contain_text("on average")


def test_the_same_in_words(visit: Visit) -> None:
    page = _open(visit)
    page.locator(f"{PICTURE} summary").click()
    expect(page.locator(f"{PICTURE} .spoken li")).to_have_count(10)


def test_a_click_on_a_word_writes_it_and_the_new_thought_plays(visit: Visit) -> None:
    page = _open(visit)
    word = page.locator(f"{PICTURE} .best").first
    word.click()
    expect(page.locator(f"{PICTURE} .tok")).to_have_count(17, timeout=WAIT)
    expect(page.locator(f"{PICTURE} .say")).to_contain_text("cut into 17 pieces", timeout=WAIT)
    page.get_by_role("button", name="Undo").click()
    expect(page.locator(f"{PICTURE} .tok")).to_have_count(16, timeout=WAIT)


def test_keys_walk_from_vector_to_vector(visit: Visit) -> None:
    page = _open(visit)
    vectors = page.locator(f"{PICTURE} .frame")
    vectors.first.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    expect(vectors.nth(2)).to_be_focused()
    tip = page.locator(f"{PICTURE} .tip")
    expect(tip).to_contain_text("after block 1: a vector of length")
    expect(tip).to_contain_text("it would say")
