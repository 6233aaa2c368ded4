"""The map of words: what stands still, and what a narrow window shows."""

from __future__ import annotations

import numpy as np

from core.charts.embeddings.map import Dots, word_map

POINTS = np.random.default_rng(0).normal(size=(60, 2))
EXPLAINED = np.array([0.2, 0.1])


def test_the_map_stands_still_while_the_layer_changes() -> None:
    def domain(here: np.ndarray) -> list[float]:
        figure = word_map(
            Dots(POINTS[:1], ["dog"], ["animals"]),
            Dots(here, ["a", "b", "c"], ["your prompt"] * 3),
            ["your prompt", "animals"],
            here[:1],
            0,
            EXPLAINED,
            np.array([-3, 3, -2, 2]),
        ).to_dict()
        return figure["layer"][0]["encoding"]["x"]["scale"]["domain"]

    assert domain(POINTS[:3]) == domain(POINTS[3:6] * 0.1)


def test_the_map_has_labels_for_each_width_of_window() -> None:
    figure = word_map(
        Dots(POINTS[:40], ["elephant"] * 40, ["animals"] * 40),
        Dots(POINTS[40:44], list("abcd"), ["your prompt"] * 4),
        ["your prompt", "animals"],
        POINTS[:1],
        0,
        EXPLAINED,
        np.array([-3, 3, -3, 3]),
    ).to_dict()
    text = figure["layer"][-1]
    rows = figure["datasets"][text["data"]["name"]]
    shown = [
        sum(row["from"] <= width < row["below"] for row in rows) for width in (200, 350, 500, 1200)
    ]
    assert 0 < shown[0] <= shown[1] <= shown[2] <= shown[3]
    assert shown[0] < shown[3]
    assert text["mark"]["opacity"]["expr"].startswith("datum.from <= width")
