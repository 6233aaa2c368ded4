"""Charts of the sampling page: labels stay within their pieces, and lines out of names."""

from __future__ import annotations

import numpy as np

from core.charts.figure import Figure
from core.charts.sampling.compare import surprise_bars
from core.charts.sampling.compare_beams import beam_tree
from core.charts.sampling.stages import whole_vocabulary
from core.charts.sampling.steps import cumulative_line
from core.charts.sampling.surprise import surprisal_line
from core.charts.sampling.thirty import first_token_bars
from core.charts.sampling.thirty_openings import opening_tree
from tests.charts.schema import check_chart


def test_every_chart_is_valid_vega_lite() -> None:
    starts, ends = np.array([0, 0.6, 0.9]), np.array([0.6, 0.9, 1.0])
    curve = (np.array([1, 2, 5]), np.array([0.5, 0.25, 0.125]))
    made = [
        whole_vocabulary(["raw", "top-k"], [curve, (curve[0][:2], curve[1][:2])]),
        cumulative_line(["␣a", "b", "c"], starts, ends, 0.7, 1),
        cumulative_line(["␣a", "b", "c"], starts, ends, None, None),
        surprise_bars(["Greedy", "Sample"], [1.9, 2.5]),
        first_token_bars(["␣a", "b"], [20, 10], [19.5, 9.0]),
        opening_tree(["a", "b"], [0, 1], [0, 0], [2, 1]),
        surprisal_line(["a", "b"], 1, np.array([3.0, 4.0]), np.array([2.0, 5.0])),
        tree(),
    ]
    for figure in made:
        check_chart(figure.to_dict())


def tree() -> Figure:
    columns = {
        "step": np.array([0, 0, 1]),
        "lane": np.array([0, 1, 0]),
        "parent": np.array([-1, -1, 0]),
        "parent_lane": np.array([0, 0, 0]),
        "score": np.array([-1.0, -2.0, -1.5]),
        "alive": np.array([True, False, True]),
        "best": np.array([True, False, True]),
    }
    return beam_tree(["␣was", "␣had", "␣a"], columns)


def test_a_label_of_the_line_is_judged_by_its_width_in_the_browser() -> None:
    starts, ends = np.array([0, 0.5]), np.array([0.5, 1])
    figure = cumulative_line(["␣a", "中文"], starts, ends, None, None).to_dict()
    text = figure["layer"][1]
    rows = figure["datasets"]["rows"]
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


def test_the_winner_is_drawn_over_the_others() -> None:
    rows = tree().to_dict()["datasets"]["rows"]
    assert [row["token"] for row in rows] == ["␣had", "␣was", "␣a"]
    assert rows[0]["kind"] != rows[1]["kind"] == rows[2]["kind"]
