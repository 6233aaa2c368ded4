"""One block: every number of its strips, its picture, and its arithmetic as charts."""

from __future__ import annotations

import json

import numpy as np
import pytest

from core.charts.layers.block import block_picture, block_stations
from core.charts.layers.block_gelu import gelu_chart
from core.charts.layers.block_growth import growth_chart
from core.views.block import BlockSteps
from core.views.gelu import gelu_curve
from core.views.layer_norm import norm_steps
from tests.charts.pictures import SVG, texts_of, tree
from tests.charts.schema import check_chart

RNG = np.random.default_rng(0)


def test_the_blocks_picture_names_every_station() -> None:
    names = ("resid_pre", "ln_1", "attn", "resid_mid", "ln_2", "c_fc", "gelu", "mlp", "resid_post")
    vectors = {name: RNG.normal(size=16) for name in names}
    drawn = block_stations(vectors, dict.fromkeys(names, 2.5), "gelu")
    drawing = block_picture(drawn, "L0")
    assert [t for t in texts_of(drawing) if t in names] == list(names)
    assert texts_of(drawing).count("‖x‖ 2.5") == len(names)
    assert len(list(tree(drawing).iter(SVG + "image"))) == len(names)


def test_the_block_keeps_every_number() -> None:
    x = RNG.normal(size=16).astype(np.float32)
    norm = norm_steps(x, x, x, 1e-5)
    steps = BlockSteps(0, 0, x, norm, x, x, norm, x, x, x, x)
    drawn = block_stations(steps.stations, dict.fromkeys(steps.stations, 1.0), "ln_1")
    assert [s["name"] for s in drawn["stations"]] == list(steps.stations)
    assert drawn["stations"][0]["values"] == pytest.approx(x, rel=1e-3)
    json.dumps(drawn)


def test_the_charts_are_valid() -> None:
    figure = growth_chart(np.arange(4.0), np.ones(3), np.ones(3)).to_dict()
    check_chart(figure)
    rows = figure["datasets"]["rows"]
    assert [r["length"] for r in rows if r["x"] == int(r["x"])] == [0.0, 1.0, 2.0, 3.0]
    hidden = RNG.normal(size=9)
    check_chart(gelu_chart(gelu_curve(hidden), hidden, RNG.normal(size=9)).to_dict())
