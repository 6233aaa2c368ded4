"""Every figure of the embeddings page is valid Vega-Lite."""

from __future__ import annotations

import numpy as np

from core.charts.embeddings.alike import nearest_bars
from core.charts.embeddings.context import by_stage, lines_by_stage
from core.charts.embeddings.context_walk import walk_table
from core.charts.embeddings.map import Dots, word_map
from core.charts.embeddings.matrix import norm_histogram
from core.charts.embeddings.order_length import position_norms
from core.charts.embeddings.order_map import position_scatter
from core.charts.embeddings.order_pairs import cosine_by_distance
from tests.charts.schema import check_chart

POINTS = np.random.default_rng(0).normal(size=(60, 2))


def test_every_chart_is_valid_vega_lite() -> None:
    line = np.linspace(0.1, 1, 7)
    made = [
        nearest_bars(["␣a", "␣a"], np.array([0.5, -0.2]), "cosine"),
        word_map(
            Dots(POINTS[:2], ["dog", "cat"], ["animals"] * 2),
            Dots(POINTS[2:5], ["x", "y", "z"], ["your prompt"] * 3),
            ["your prompt", "animals", "people"],
            POINTS[5:8],
            1,
            np.array([0.2, 0.1]),
            np.array([-3, 3, -3, 3]),
        ),
        position_scatter(np.eye(3), line[:3], 1),
        position_norms(line),
        cosine_by_distance(line),
        by_stage(line, "length"),
        lines_by_stage({"one": line, "two": line * np.nan}, "cosine", share=True),
        walk_table([["a", "b"]] * 7, np.ones((7, 2))),
        norm_histogram(np.array([3, 4]), np.array([0.0, 1, 2]), 1.0, 1.5, "mine"),
    ]
    for figure in made:
        check_chart(figure)


def test_bars_keep_equal_tokens_apart_and_in_order() -> None:
    figure = nearest_bars(["same", "same", "z"], np.array([3.0, 2.0, 1.0]), "x")
    rows = figure.to_dict()["datasets"]["rows"]
    assert [r["token"] for r in rows] == ["1  same", "2  same", "3  z"]
