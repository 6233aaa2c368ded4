"""Who wrote a logit: bars that add up, heads, and both as a picture to take away."""

from __future__ import annotations

import numpy as np

from core.charts.layers.wrote import attribution_bars, attribution_parts
from core.charts.layers.wrote_heads import heads_heat
from core.charts.layers.wrote_picture import attribution_picture
from core.numbers import Number
from tests.charts.pictures import SVG, texts_of, tree
from tests.charts.schema import check_chart

RNG = np.random.default_rng(0)
PARTS = attribution_parts((1.0, 2.0), np.ones(3), -np.ones(3), (0.5, 0.25), 3.75, 3.75)


def test_the_bars_add_up() -> None:
    assert sum(value for *_names, value in PARTS[:-2]) == PARTS[-2][-1] == PARTS[-1][-1]
    check_chart(attribution_bars(PARTS, "logit").to_dict())


def test_every_head_has_its_number() -> None:
    heads = RNG.normal(size=(3, 4))
    figure = heads_heat(heads).to_dict()
    check_chart(figure)
    assert {r["value"] for r in figure["datasets"]["rows"]} == set(heads.ravel())
    check_chart(heads_heat(RNG.normal(size=(36, 20))).to_dict())


def test_the_picture_to_take_away_holds_what_the_figures_hold() -> None:
    heads = RNG.normal(size=(3, 4))
    drawing = attribution_picture(PARTS, heads, "Why", "logit")
    texts = texts_of(drawing)
    assert {"logit", "embed.", "L2", "sum"} <= set(texts)
    assert [t for t in texts if t[0] in "+−" and "." in t] == [
        f"{Number(v):+.2f}" for v in heads.ravel()
    ]
    notes = [e.text for e in tree(drawing).iter(SVG + "title")][1:]
    assert notes == [
        f"{group}, {kind}: {Number(value):+.4f}" for group, _slot, kind, value in PARTS
    ]
    # Nothing at all was added: the bars have no height, and there is no division by it.
    nothing = attribution_parts((0.0, 0.0), np.zeros(1), np.zeros(1), (0.0, 0.0), 0.0, 0.0)
    assert attribution_picture(nothing, np.zeros((1, 1)), "", "").png()
