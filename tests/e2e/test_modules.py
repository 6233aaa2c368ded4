"""What computes in the components: bytes, colours, sentences; and that every bundle is a module."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.charts import theme
from core.tokens.label import MARKS, label
from pages.components.shared.declare import bundle, thin
from pages.components.shared.wire import pack
from tests.e2e.modules import COMPONENTS, Run, runner


@pytest.fixture
def run(page: Page) -> Run:
    return runner(page)


def test_every_bundle_is_a_module(page: Page, run: Run) -> None:
    """Its files share one scope: a name that two of them use would be an error."""
    scripts = sorted(COMPONENTS.glob("*/view.js"))
    assert scripts
    for script in scripts:
        kind = page.evaluate(
            """async (text) => {
                const url = URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
                return typeof (await import(url)).default;
            }""",
            thin(bundle(script)),
        )
        assert kind == "function", script


def test_what_is_packed_is_unpacked(run: Run) -> None:
    arrays = [
        np.arange(3, dtype=np.uint8),
        np.array([[0.5, -2], [3, 1e-3]], dtype=np.float32),
        np.array([65535, 1, 2], dtype=np.uint16),
    ]
    head = {"say": "„日本“ 🙂", "n": 3}
    found = run(
        "shared/wire.js",
        """({ unpack }, bytes) => {
            const { head, arrays } = unpack(new Uint8Array(bytes).subarray(1));
            return { head, arrays: arrays.map((a) => [a.constructor.name, ...a]) };
        }""",
        [0, *pack(head, *arrays)],  # a message may start anywhere in its buffer
    )
    assert found["head"] == head
    assert [a[0] for a in found["arrays"]] == ["Uint8Array", "Float32Array", "Uint16Array"]
    for got, sent in zip(found["arrays"], arrays, strict=True):
        assert np.allclose(got[1:], sent.ravel())
    with pytest.raises(ValueError, match="f8"):
        pack({}, np.zeros(2))


def test_colours_are_those_of_the_pictures_to_take_away(run: Run) -> None:
    shares = np.linspace(0, 1, 41)
    found = run(
        "shared/ramp.js",
        """({ mix, stopsOf }, { stops, shares }) => {
            document.body.style.setProperty('--st-chart-sequential-colors', stops.join(','));
            return shares.map((share) => mix(stopsOf(document.body, 'sequential'), share));
        }""",
        {"stops": theme.SEQUENTIAL_LIGHT, "shares": shares.tolist()},
    )
    assert np.abs(np.array(found) - theme.ramp(shares, dark=False)).max() <= 1


def test_the_sentence_of_a_cell(run: Run) -> None:
    matrix = {
        "say": "{row}, {col}: {v0} or {p0}",
        "rowLabels": ["{v0}", "<b>"],
        "columnLabels": None,
        "titles": [""],
        "signed": True,
        "digits": 2,
    }
    said = run(
        "matrix_view/view.js",
        "({ sentence }, m) => sentence({ ...m, value: () => -0.125 }, { row: 1, column: 7 })",
        matrix,
    )
    assert said == "<b>, 7: −0.13 or -12.5%"


def test_marks_of_white_space_are_those_of_the_labels(run: Run) -> None:
    marks = run("shared/token.js", "({ MARKS }) => MARKS")
    assert marks == "".join(MARKS.values())
    shown = run("shared/token.js", "({ stretches }, text) => stretches(text)", label(" a\n\nb🙂c "))
    assert shown == [
        *(["␣", True], ["a", False], ["⏎", True], ["⏎", True], ["b🙂c", False], ["␣", True]),
    ]


def test_typed_text_is_written_as_text(run: Run) -> None:
    html = run(
        "shared/token.js",
        "({ write }, text) => write(document.createElement('p'), text).outerHTML",
        "␣<b>&",
    )
    assert html == '<p><span class="mark">␣</span>&lt;b&gt;&amp;</p>'


def test_what_chips_say(run: Run) -> None:
    row = {
        # id, face, bytes, whether it is no text, first and last character, rank of the merge
        "tokens": [[40, "I", "49", 0, 0, 0, None], [8582, "F0 9F", "F0 9F", 1, 1, 1, 7],
                   [1, "99 82", "99 82", 1, 1, 1, None]],
        "groups": [[0, 1, "I", 0], [1, 3, "{id}🙂", 0]],
        "notes": None,
        "note": None,
    }  # fmt: skip
    data = {
        "first": 10,
        "note": "{index}: {text} {id} {bytes} {start}–{end} {unknown}",
        "made": " by {rank}",
        "shared": "{text}: {n} tokens {ids} | {bytes}",
    }
    say = "({ noteOf }, [data, row, first, last]) => noteOf(data, row, first, last)"
    assert run("chips/notes.js", say, [data, row, 0, 1]) == "10: I 40 49 0–0 {unknown}"
    assert run("chips/notes.js", say, [data, row, 1, 2]).endswith("1–1 {unknown} by 7")
    whole = run("chips/notes.js", say, [data, row, 1, 3])
    assert whole == "{id}🙂: 2 tokens 8582, 1 | F0 9F | 99 82"
    told = {**row, "notes": ["letters"] * 3, "note": "“{text}”"}
    assert run("chips/notes.js", say, [data, told, 0, 1]) == "“I” · letters"


def test_keys_choose_and_walk(run: Run) -> None:
    found = run(
        "shared/point.js",
        """({ onChoose, onPoint }) => {
            document.body.innerHTML = '<p><i tabindex="0">a</i><i tabindex="-1">b</i> c</p>';
            const root = document.querySelector('p');
            const seen = [];
            const press = (key) => document.activeElement.dispatchEvent(
                new KeyboardEvent('keydown', { key, bubbles: true }));
            for (let run = 0; run < 2; run += 1) { // a re-run leaves one listener of each kind
                onPoint(root, 'i', (made) => seen.push(made && made.textContent));
                onChoose(root, 'i', (made) => seen.push(made.textContent.toUpperCase()),
                         (made, step) => step > 0 ? made.nextElementSibling
                                                  : made.previousElementSibling);
            }
            root.firstChild.focus();
            for (const key of ['Enter', 'ArrowRight', ' ', 'ArrowRight', 'ArrowLeft']) press(key);
            onChoose(root, 'i', null);
            root.firstChild.click();
            root.dispatchEvent(new PointerEvent('pointerover', { bubbles: true }));
            return [seen, [...root.querySelectorAll('i')].map((made) => made.tabIndex)];
        }""",
    )
    assert found == [["a", "A", "b", "B", "a", None], [0, -1]]


def test_the_columns_of_the_lens_grid_that_fit(run: Run) -> None:
    def grid(text: str) -> dict:
        return {"columns": [{}] * 10, "cells": [[{"t": text}] * 10]}

    asked = [[92 + 560, grid("king")], [92 + 559, grid("king")], [10, grid("king")]]
    asked.append([92 + 560, grid("50,257")])  # numbers are never cut: they take more room
    found = run(
        "lens_grid/view.js",
        "({ columnsThatFit }, asked) => asked.map((one) => columnsThatFit(...one))",
        asked,
    )
    assert found == [10, 9, 1, 8]


def test_the_lens_grid_opens_at_the_followed_token_and_can_move_away(run: Run) -> None:
    # from, shown, total, home, whether the data are new
    asked = [[0, 4, 10, 9, True], [0, 4, 10, 9, False], [9, 4, 10, 9, False], [5, 4, 10, 6, True]]
    found = run(
        "lens_grid/view.js",
        "({ firstColumn }, asked) => asked.map((one) => firstColumn(...one))",
        asked,
    )
    assert found == [6, 0, 6, 5]


def test_the_dimension_under_the_pointer_of_a_strip(run: Run) -> None:
    found = run(
        "block_diagram/view.js",
        "({ dimensionAt }, xs) => xs.map((x) => dimensionAt(x, { left: 10, width: 100 }, 50))",
        [10, 11.9, 12, 109.9, 300, 0],
    )
    assert found == [0, 0, 1, 49, 49, 0]


def test_a_number_of_a_strip_has_four_digits(run: Run) -> None:
    found = run(
        "block_diagram/view.js",
        "({ written }, xs) => xs.map(written)",
        [0.123456, -1.5, 12345.6, -0.00001234, 0],
    )
    assert found == ["0.1235", "−1.5", "12350", "−0.00001234", "0"]


@pytest.mark.parametrize(
    ("notation", "texts"),
    [
        (None, ["1,234.5", "12.3%", "< 0.01%", "−0.25"]),
        ([",", ".", "#%"], ["1.234,5", "12,3%", "< 0,01%", "−0,25"]),
        ([",", "\u202f", "#\u00a0%"], ["1\u202f234,5", "12,3\u00a0%", "< 0,01\u00a0%", "−0,25"]),
        ([",", ".", "%#"], ["1.234,5", "%12,3", "< %0,01", "−0,25"]),
    ],
)
def test_numbers_are_written_in_the_session_s_language(run: Run, notation, texts) -> None:
    found = run(
        "shared/number.js",
        "({ useNotation, localised }, [how, all]) => (useNotation(how), all.map(localised))",
        [notation, ["1,234.5", "12.3%", "< 0.01%", "−0.25"]],
    )
    assert found == texts


def test_what_is_marked_stays_marked_while_a_text_grows(run: Run) -> None:
    """Whoever marks a text that is being written types over all of it, not behind it."""
    found = run(
        "prompt_field/reveal.js",
        """({ put }) => {
            const area = document.body.appendChild(document.createElement('textarea'));
            const marks = (from, to) => {
                area.value = 'a king';
                area.setSelectionRange(from, to);
                put(area, 'a king who');
                return [area.value, area.selectionStart, area.selectionEnd];
            };
            return [marks(0, 6), marks(2, 4), marks(3, 3)];
        }""",
    )
    assert found == [["a king who", 0, 10], ["a king who", 2, 4], ["a king who", 10, 10]]
