"""Charts of the embeddings page: what they hold, and that labels keep out of each other's way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.charts.embeddings import charts
from tests.charts.schema import check_chart

POINTS = np.random.default_rng(0).normal(size=(60, 2))


def test_every_chart_is_valid_vega_lite() -> None:
    line = np.linspace(0.1, 1, 7)
    made = [
        charts.nearest_bars(["␣a", "␣a"], np.array([0.5, -0.2]), "cosine"),
        charts.word_map(
            POINTS[:2],
            ["dog", "cat"],
            ["animals"] * 2,
            ["animals", "people"],
            POINTS[2:5],
            POINTS[5:8],
            ["x", "y", "z"],
            1,
            np.array([0.2, 0.1]),
            np.array([-3, 3, -3, 3]),
            "your prompt",
        ),
        charts.position_scatter(np.eye(3), line[:3], 1),
        charts.position_norms(line),
        charts.cosine_by_distance(line),
        charts.by_stage(line, "length"),
        charts.lines_by_stage({"one": line, "two": line * np.nan}, "cosine", share=True),
        charts.walk_table([["a", "b"]] * 7, np.ones((7, 2))),
        charts.norm_histogram(np.array([3, 4]), np.array([0.0, 1, 2]), 1.0, 1.5, "mine"),
    ]
    for figure in made:
        check_chart(figure)


def test_bars_keep_equal_tokens_apart_and_in_order() -> None:
    data = charts.nearest_bars(["same", "same", "z"], np.array([3.0, 2.0, 1.0]), "x")
    rows = data["layer"][0]["data"]["values"]
    assert [r["token"] for r in rows] == ["1  same", "2  same", "3  z"]


def test_the_map_stands_still_while_the_layer_changes() -> None:
    def domain(here: np.ndarray) -> list[float]:
        figure = charts.word_map(
            POINTS[:1],
            ["dog"],
            ["animals"],
            ["animals"],
            here,
            here[:1],
            ["a", "b", "c"],
            0,
            np.array([0.2, 0.1]),
            np.array([-3, 3, -2, 2]),
            "your prompt",
        ).to_dict()
        return figure["layer"][0]["encoding"]["x"]["scale"]["domain"]

    assert domain(POINTS[:3]) == domain(POINTS[3:6] * 0.1)


@given(
    st.lists(st.text("abcdefgh", min_size=1, max_size=12), min_size=1, max_size=60),
    st.sampled_from(charts.PLOTS),
)
@settings(max_examples=60, deadline=None)
def test_labels_never_cover_each_other(labels: list[str], width: float) -> None:
    reach = np.array([-3.0, 3, -3, 3])
    points = POINTS[: len(labels)]
    found = charts.place_labels(points, labels, reach, np.arange(len(labels)), width)
    assert found[0] is not None  # the first to choose always has room
    boxes = []
    for (x, y), text, shift in zip(points, labels, found, strict=True):
        if shift is not None:
            centre = (x + 3) / 6 * width + shift[0], (3 - y) / 6 * 400 + shift[1]
            boxes.append((*centre, 4.4 * len(text)))
            # The axes' own labels lie beyond the edges.
            assert 4.4 * len(text) <= centre[0] + 1e-6
            assert centre[0] + 4.4 * len(text) <= width + 1e-6
    for n, one in enumerate(boxes):
        for other in boxes[:n]:
            apart = abs(one[0] - other[0]) >= one[2] + other[2] - 1e-6
            assert apart or abs(one[1] - other[1]) >= 16 - 1e-6


def test_the_map_has_labels_for_each_width_of_window() -> None:
    figure = charts.word_map(
        POINTS[:40],
        ["elephant"] * 40,
        ["animals"] * 40,
        ["animals"],
        POINTS[40:44],
        POINTS[:1],
        list("abcd"),
        0,
        np.array([0.2, 0.1]),
        np.array([-3, 3, -3, 3]),
        "your prompt",
    ).to_dict()
    text = figure["layer"][-1]
    rows = figure["datasets"][text["data"]["name"]]
    shown = [
        sum(row["from"] <= width < row["below"] for row in rows) for width in (200, 350, 500, 1200)
    ]
    assert 0 < shown[0] <= shown[1] <= shown[2] <= shown[3]
    assert shown[0] < shown[3]
    assert text["mark"]["opacity"]["expr"].startswith("datum.from <= width")


@pytest.mark.parametrize("n", [1, 2, 17, 256, 768, 1024, 1280, 1600])
def test_ticks_are_few_and_inside(n: int) -> None:
    marks = charts.ticks(n)
    assert marks[0] == 0
    assert marks[-1] < n
    assert len(marks) <= 8
