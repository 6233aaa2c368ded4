"""What computes in the components: bytes, colours, sentences; and that every bundle is a module."""

from __future__ import annotations

import numpy as np
import pytest
from playwright.sync_api import Page

from core.charts import theme
from pages.components.shared.declare import bundle
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
            bundle(script),
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
