"""Charts of the sampling page: labels stay within their pieces, and lines out of names."""

from __future__ import annotations

import numpy as np

from core.charts.sampling import charts
from tests.charts.schema import check_chart


def test_every_chart_is_valid_vega_lite() -> None:
    ends = np.array([0.6, 0.9, 1.0])
    made = [
        charts.cumulative_bar(["␣a", "b", "c"], [0, 0.6, 0.9], ends, 0.7, 1, "line"),
        charts.totals(["Greedy", "Sample"], [1.9, 2.5], ("bits", "way")),
        charts.first_tokens(["␣a", "b"], [20, 10], [19.5, 9.0], ("n", "token", "drawn", "mean")),
        charts.opening_tree(["a", "b"], [0, 1], [0, 0], [2, 1], ["first", "second"], ("w", "n")),
        charts.surprisal_line(["a", "b"], [1, 2], [3.0, 4.0], [2.0, 5.0], tuple("abcde")),
        tree(),
    ]
    for figure in made:
        check_chart(figure)


def tree():
    columns = {
        "step": np.array([0, 0, 1]),
        "lane": np.array([0, 1, 0]),
        "parent": np.array([-1, -1, 0]),
        "parent_lane": np.array([0, 0, 0]),
        "score": np.array([-1.0, -2.0, -1.5]),
        "alive": np.array([True, False, True]),
        "best": np.array([True, False, True]),
    }
    return charts.beam_tree(["␣was", "␣had", "␣a"], columns, tuple("abcde"), ("win", "on", "off"))


def test_a_label_of_the_line_is_judged_by_its_width_in_the_browser() -> None:
    figure = charts.cumulative_bar(["␣a", "中文"], [0, 0.5], [0.5, 1], None, None, "line").to_dict()
    text = figure["layer"][1]
    rows = next(iter(figure["datasets"].values()))
    # Every piece has its label: only the browser knows the room. Chinese takes two columns each.
    assert [row["token"] for row in rows] == ["␣a", "中文"]
    assert rows[1]["long"] == 2 * rows[0]["long"]
    assert "width" in text["mark"]["opacity"]["expr"]


def test_names_in_the_tree_lie_on_the_colour_of_the_page() -> None:
    links, halo, _dots, names = tree().to_dict()["layer"]
    assert links["mark"]["type"] == "rule"
    assert halo["mark"]["stroke"] == {"expr": "background"}
    assert halo["encoding"]["text"] == names["encoding"]["text"]
    assert "width" in names["mark"]["limit"]["expr"]
