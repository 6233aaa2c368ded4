"""The grid of the page that compares two prompts."""

from __future__ import annotations

import numpy as np

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
    assert rows[3]["share"] is None
    (pick,) = chart["params"]
    assert (pick["name"], pick["select"]["fields"]) == ("cell", ["row", "place"])


def test_two_kinds_have_the_names_that_they_are_given() -> None:
    chart = before_after(["a"], np.array([0.1]), np.array([0.2]), ("after B", "after A")).to_dict()
    check_chart(chart)
    assert [row["kind"] for row in chart["datasets"]["rows"]] == ["after B", "after A"]
