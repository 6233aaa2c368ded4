"""The prediction without some parts: valid, and safe with odd tokens."""

from __future__ import annotations

import json

import numpy as np

from core.charts.layers.skip import before_after
from core.charts.layers.skip_costs import skip_costs
from core.charts.named import quoted
from tests.charts.pictures import ODD
from tests.charts.schema import check_chart


def test_odd_tokens_stay_text_in_axis_labels() -> None:
    for text in ODD:
        assert json.loads('"' + quoted(text)[1:-1] + '"') == text
    chart = before_after(ODD, np.full(7, 0.1), np.full(7, 0.2)).to_dict()
    check_chart(chart)
    label = chart["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]
    assert "<b>" not in label


def test_the_costs_are_valid() -> None:
    figure = skip_costs([0.1, 0.2], [0.3, 0.4]).to_dict()
    check_chart(figure)
    assert [(r["layer"], r["bits"]) for r in figure["datasets"]["rows"]] == [
        ("L0", 0.1), ("L1", 0.2), ("L0", 0.3), ("L1", 0.4)
    ]  # fmt: skip
