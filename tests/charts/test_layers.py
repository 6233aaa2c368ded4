"""Charts of the layers page: valid, faithful to their numbers, and safe with odd tokens."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import numpy as np
import pytest

from core.charts.layers import charts
from core.numbers import Number
from core.views.block import BlockSteps
from core.views.gelu import gelu_curve
from core.views.layer_norm import norm_steps

RNG = np.random.default_rng(0)
SVG = "{http://www.w3.org/2000/svg}"
ODD = ["␣king", "'", '"]}', "\\", "日本", "🙂", "<b>"]


def values_of(chart) -> list[dict]:
    return [row for rows in chart.to_dict()["datasets"].values() for row in rows]


def test_the_grid_holds_the_numbers_it_was_given() -> None:
    probs = np.sort(RNG.random((3, 2, 4)), -1)[..., ::-1]
    names = [[["a", "b", "c", "d"]] * 2, [["a", "b", "c", "d"]] * 2, [["b", "a", "c", "d"]] * 2]
    grid = charts.lens_cells(
        7, ["x", "y"], names, probs, np.ones((3, 2)), np.array([2, 2]), chosen=8
    )
    assert [column["n"] for column in grid["columns"]] == [7, 8]
    assert grid["chosen"] == 1
    assert grid["rows"] == ["embedding", "after L0", "after L1"]
    assert [row[0]["t"] for row in grid["cells"]] == ["a", "a", "b"]
    assert [row[0]["s"] for row in grid["cells"]] == [False, False, True]
    assert grid["cells"][1][1]["v"] == pytest.approx(probs[1, 1, 0], abs=1e-3)
    watch = charts.Watch("w", probs[..., 0], np.array([[1, 10], [100, 1], [1000, 2]]), 1000)
    grid = charts.lens_cells(
        7, ["x", "y"], names, probs, np.ones((3, 2)), np.array([2, 2]), 1, watch
    )
    assert grid["chosen"] == -1
    assert [row[0]["t"] for row in grid["cells"]] == ["1", "100", "1,000"]
    assert [row[0]["v"] for row in grid["cells"]] == [1.0, 0.333, 0.0]
    json.dumps(grid)


def test_the_pictures_to_take_away_hold_what_the_figures_hold() -> None:
    probs = np.sort(RNG.random((4, len(ODD), 2)), -1)[..., ::-1]
    names = [[[token, "x"] for token in ODD] for _row in range(4)]
    settled = np.zeros(len(ODD), dtype=int)
    grid = charts.lens_cells(0, ODD, names, probs, np.ones((4, len(ODD))), settled, chosen=1)
    texts = texts_of(charts.lens_picture(grid, "<i>title</i>"))
    assert texts[0] == "<i>title</i>"
    assert [t for t in texts if t.startswith("after")] == ["after L0", "after L1", "after L2"]
    assert all(texts.count(token) == 5 for token in ODD)

    heads = RNG.normal(size=(3, 4))
    parts = charts.attribution_parts((1.0, 2.0), np.ones(3), -np.ones(3), (0.5, 0.25), 3.75, 3.75)
    drawing = charts.attribution_picture(parts, heads, "Why", "logit")
    texts = texts_of(drawing)
    assert {"logit", "embed.", "L2", "sum"} <= set(texts)
    assert [t for t in texts if t[0] in "+−" and "." in t] == [
        f"{Number(v):+.2f}" for v in heads.ravel()
    ]
    notes = [e.text for e in tree(drawing).iter(SVG + "title")][1:]
    assert notes == [
        f"{group}, {kind}: {Number(value):+.4f}" for group, _slot, kind, value in parts
    ]
    # Nothing at all was added: the bars have no height, and there is no division by it.
    nothing = charts.attribution_parts((0.0, 0.0), np.zeros(1), np.zeros(1), (0.0, 0.0), 0.0, 0.0)
    assert charts.attribution_picture(nothing, np.zeros((1, 1)), "", "").png()


def test_the_blocks_picture_names_every_station() -> None:
    names = ("resid_pre", "ln_1", "attn", "resid_mid", "ln_2", "c_fc", "gelu", "mlp", "resid_post")
    vectors = {name: RNG.normal(size=16) for name in names}
    drawn = charts.block_stations(vectors, dict.fromkeys(names, 2.5), "gelu")
    drawing = charts.block_picture(drawn, "L0")
    assert [t for t in texts_of(drawing) if t in names] == list(names)
    assert texts_of(drawing).count("‖x‖ 2.5") == len(names)
    assert len(list(tree(drawing).iter(SVG + "image"))) == len(names)


def tree(drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg())


def texts_of(drawing) -> list[str]:
    return [element.text or "" for element in tree(drawing).iter(SVG + "text")]


def test_the_block_keeps_every_number() -> None:
    x = RNG.normal(size=16).astype(np.float32)
    norm = norm_steps(x, x, x, 1e-5)
    steps = BlockSteps(0, 0, x, norm, x, x, norm, x, x, x, x)
    drawn = charts.block_stations(steps.stations, dict.fromkeys(steps.stations, 1.0), "ln_1")
    assert [s["name"] for s in drawn["stations"]] == list(steps.stations)
    assert drawn["stations"][0]["values"] == pytest.approx(x, rel=1e-3)
    json.dumps(drawn)


def test_charts_are_valid_and_faithful() -> None:
    probs = RNG.random((4, 3))
    race = values_of(charts.race_chart(["a", "b", "c"], probs, "probability"))
    assert sorted(r["value"] for r in race) == pytest.approx(sorted(100 * probs.ravel()))
    ranks = charts.race_chart(["a", "b", "c"], np.array([[1, 5, 40_000]] * 4), "rank").to_dict()
    assert ranks["encoding"]["y"]["scale"]["reverse"] is True
    heads = RNG.normal(size=(3, 4))
    assert {r["value"] for r in values_of(charts.heads_heat(heads))} == set(heads.ravel())
    charts.heads_heat(RNG.normal(size=(36, 20))).to_dict()
    parts = charts.attribution_parts((1.0, 2.0), np.ones(3), -np.ones(3), (0.5, 0.25), 3.75, 3.75)
    assert sum(value for *_names, value in parts[:-2]) == parts[-2][-1] == parts[-1][-1]
    charts.attribution_bars(parts, "logit").to_dict()
    charts.growth_chart(np.arange(4.0), np.ones(3), np.ones(3)).to_dict()
    hidden = RNG.normal(size=9)
    charts.gelu_chart(gelu_curve(hidden), hidden, RNG.normal(size=9)).to_dict()
    charts.skip_costs([0.1, 0.2], [0.3, 0.4]).to_dict()
    charts.word_bars(ODD, RNG.normal(size=len(ODD)), "logit").to_dict()


def test_odd_tokens_stay_text_in_axis_labels() -> None:
    for text in ODD:
        assert json.loads('"' + charts._quoted(text)[1:-1] + '"') == text
    chart = charts.before_after(ODD, np.full(7, 0.1), np.full(7, 0.2)).to_dict()
    label = chart["layer"][0]["encoding"]["y"]["axis"]["labelExpr"]
    assert "<b>" not in label
