"""The grid of the page that compares two prompts."""

from __future__ import annotations

import numpy as np

from core.charts.compare.heads import heads_grid
from core.charts.compare.lens import lens_apart_grid
from core.charts.compare.pattern import pattern_cells
from core.charts.compare.surprise import surprise_bars
from core.charts.compare.where import where_grid
from core.charts.layers.skip import before_after
from tests.charts.schema import check_chart

ODD = ["0 'x'", '1 "if"', "2 </script>", "3 ␣日本"]


def test_each_cell_says_how_far_and_one_is_marked() -> None:
    shares = np.array([[0.0, 0.974, -0.031, np.nan], [1.0, 1.12, 0.004, 0.5]], dtype=np.float32)
    chart = where_grid(["embedding", "after L0"], ODD, shares, (1, 2)).to_dict()
    check_chart(chart)
    rows = chart["datasets"]["rows"]
    assert [row["text"] for row in rows] == ["0%", "97%", "−3%", "", "100%", "112%", "0%", "50%"]
    assert [(row["row"], row["place"]) for row in rows if row["chosen"]] == [(1, 2)]
    assert rows[3]["value"] is None
    (pick,) = chart["params"]
    assert (pick["name"], pick["select"]["fields"]) == ("cell", ["row", "place"])


def test_two_kinds_have_the_names_that_they_are_given() -> None:
    chart = before_after(["a"], np.array([0.1]), np.array([0.2]), ("after B", "after A")).to_dict()
    check_chart(chart)
    assert [row["kind"] for row in chart["datasets"]["rows"]] == ["after B", "after A"]


def test_heads_and_lenses_are_cells_too() -> None:
    heads = heads_grid(np.array([[0.76, 0.0], [np.nan, -0.02]], dtype=np.float32), (0, 0)).to_dict()
    check_chart(heads)
    rows = heads["datasets"]["rows"]
    assert [(row["layer"], row["token"], row["text"]) for row in rows][:2] == [
        ("L0", "H0", "76%"), ("L0", "H1", "0%"),
    ]  # fmt: skip
    bits = np.array([[0.0, 3.25], [12.0, 0.04], [1.0, 2.0]])
    lens = lens_apart_grid(["embedding", "after L0", "after L1"], ODD[:2], bits, 1).to_dict()
    check_chart(lens)
    rows = lens["datasets"]["rows"]
    assert [row["text"] for row in rows] == ["0.0", "3.2", "12.0", "0.0", "1.0", "2.0"]
    assert [(row["row"], row["place"]) for row in rows if row["chosen"]] == [(2, 1)]


def test_a_difference_of_looks_has_signs_and_weights_have_none() -> None:
    weights = np.array([[1.0, 0.0], [0.25, 0.75]])
    for signed in (False, True):
        shown = weights - 0.5 if signed else weights
        chart = pattern_cells("in A", ODD[:2], ODD[:2], shown, signed=signed).to_dict()
        check_chart(chart)
        scale = chart["encoding"]["color"]["scale"]
        assert scale.get("domainMid") == (0 if signed else None)
        assert scale["domain"] == ([-0.5, 0.5] if signed else [0, 1])


def test_surprise_of_two_texts_stands_side_by_side() -> None:
    a, b = np.array([np.nan, 2.0]), np.array([1.0, np.nan])
    chart = surprise_bars(ODD[:2], a, b, ("in B", "in A")).to_dict()
    check_chart(chart)
    rows = chart["datasets"]["rows"]
    assert [(row["kind"], row["bits"]) for row in rows] == [
        ("in B", 1.0), ("in B", None), ("in A", None), ("in A", 2.0),
    ]  # fmt: skip
