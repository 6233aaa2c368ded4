"""The race of the candidates: valid and faithful."""

from __future__ import annotations

import numpy as np
import pytest

from core.charts.layers.race import race_chart
from tests.charts.pictures import ODD
from tests.charts.schema import check_chart

RNG = np.random.default_rng(0)


def test_the_lines_are_the_numbers() -> None:
    probs = RNG.random((4, 3))
    figure = race_chart(["a", "b", "c"], probs, "probability")
    check_chart(figure.to_dict())
    race = figure.to_dict()["datasets"]["rows"]
    assert sorted(r["value"] for r in race) == pytest.approx(sorted(100 * probs.ravel()))
    places = {(r["place"], r["token"]): r["value"] for r in race}
    assert places["after L1", "b"] == pytest.approx(100 * probs[2, 1])


def test_the_first_rank_is_on_top() -> None:
    figure = race_chart(["a", "if", ODD[2]], np.array([[1, 5, 40_000]] * 4), "rank").to_dict()
    check_chart(figure)
    assert figure["encoding"]["y"]["scale"] == {
        "type": "log", "domain": [1, 40_000.0], "reverse": True
    }  # fmt: skip
