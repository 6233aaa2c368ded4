"""What a neuron says: valid, whatever its tokens are."""

from __future__ import annotations

import numpy as np

from core.charts.layers.mlp import word_bars
from tests.charts.pictures import ODD
from tests.charts.schema import check_chart


def test_odd_tokens_have_bars() -> None:
    values = np.random.default_rng(0).normal(size=len(ODD))
    figure = word_bars(ODD, values, "logit").to_dict()
    check_chart(figure)
    assert [(r["token"], r["value"]) for r in figure["datasets"]["rows"]] == list(
        zip(ODD, values, strict=True)
    )
