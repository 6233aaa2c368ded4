"""The lens grid: faithful to its numbers, in the browser and as a picture to take away."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.charts.layers.lens import Watch, lens_cells, lens_picture
from core.numbers import percent
from tests.charts.pictures import ODD, texts_of

RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.00%"), (0.163, "16.3%"), (0.0004, "0.040%"), (1e-9, "< 0.001%")],
)
def test_probabilities_are_written_with_the_digits_they_deserve(share, text) -> None:
    assert percent(share) == text


def test_the_grid_holds_the_numbers_it_was_given() -> None:
    probs = np.sort(RNG.random((3, 2, 4)), -1)[..., ::-1]
    names = [[["a", "b", "c", "d"]] * 2, [["a", "b", "c", "d"]] * 2, [["b", "a", "c", "d"]] * 2]
    grid = lens_cells(7, ["x", "y"], names, probs, np.ones((3, 2)), np.array([2, 2]), chosen=8)
    assert [column["n"] for column in grid["columns"]] == [7, 8]
    assert grid["chosen"] == 1
    assert grid["rows"] == ["embedding", "after L0", "after L1"]
    assert [row[0]["t"] for row in grid["cells"]] == ["a", "a", "b"]
    assert [row[0]["s"] for row in grid["cells"]] == [False, False, True]
    assert grid["cells"][1][1]["v"] == pytest.approx(probs[1, 1, 0], abs=1e-3)
    watch = Watch("w", probs[..., 0], np.array([[1, 10], [100, 1], [1000, 2]]), 1000)
    grid = lens_cells(7, ["x", "y"], names, probs, np.ones((3, 2)), np.array([2, 2]), 1, watch)
    assert grid["chosen"] == -1
    assert [row[0]["t"] for row in grid["cells"]] == ["1", "100", "1,000"]
    assert [row[0]["v"] for row in grid["cells"]] == [1.0, 0.333, 0.0]
    json.dumps(grid)


def test_the_picture_to_take_away_holds_what_the_grid_holds() -> None:
    probs = np.sort(RNG.random((4, len(ODD), 2)), -1)[..., ::-1]
    names = [[[token, "x"] for token in ODD] for _row in range(4)]
    settled = np.zeros(len(ODD), dtype=int)
    grid = lens_cells(0, ODD, names, probs, np.ones((4, len(ODD))), settled, chosen=1)
    texts = texts_of(lens_picture(grid, "<i>title</i>"))
    assert texts[0] == "<i>title</i>"
    assert [t for t in texts if t.startswith("after")] == ["after L0", "after L1", "after L2"]
    assert all(texts.count(token) == 5 for token in ODD)
