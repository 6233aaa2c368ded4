"""Figures of the attention page: what is packed, drawn and escaped."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import numpy as np
import pytest
from jsonschema import ValidationError
from PIL import Image

from core.charts.attention.head_cells import triangle
from core.charts.attention.head_picture import PatternPicture
from core.charts.attention.learned import learning_lines
from core.charts.attention.off import change_bars
from core.charts.attention.off_effects import effect_grid
from core.charts.attention.role import score_bars
from core.charts.attention.steps_dims import product_bars, vector_strips
from core.charts.attention.steps_matrix import token_matrix
from core.charts.attention.steps_row import stage_strips
from tests.charts.schema import check_chart


def pattern_of(n: int) -> np.ndarray:
    weights = np.tril(np.random.default_rng(1).random((n, n))).astype(np.float32)
    return weights / weights.sum(-1, keepdims=True)


@pytest.mark.parametrize(("n", "rooted"), [(5, False), (256, False), (257, True), (1024, True)])
def test_triangle_keeps_every_weight(n: int, rooted: bool) -> None:
    pattern = pattern_of(n)
    pattern[-1, :3] = (0.7861, 1e-9, 0.0)
    sent = triangle(pattern)
    assert sent.dtype == (np.uint16 if rooted else np.float32)
    cells = sent.astype(np.float64)
    if rooted:  # as pattern_view/pattern.js undoes it
        cells = (cells / 65535) ** 2
    kept = pattern[np.tri(n, dtype=bool)]
    assert len(cells) == n * (n + 1) // 2
    assert np.abs(cells - kept).max() <= (1.6e-5 if rooted else 0)
    assert ((cells > 0) == (kept > 0)).all()  # what is shown as nothing is nothing
    assert f"{cells[-n]:.1%}" == f"{pattern[-1, 0]:.1%}"  # the digits that the page shows
    assert sent.nbytes < 2_000_000


@pytest.mark.parametrize("n", [1, 8, 100])
@pytest.mark.parametrize("dark", [False, True])
def test_svg_is_xml_and_typed_text_is_escaped(n: int, dark: bool) -> None:
    labels = ['</text><script>alert("1")</script>'] * n
    drawing = PatternPicture(pattern_of(n), labels, "<b>", dark).svg()
    root = ElementTree.fromstring(drawing)
    names = {node.tag.rsplit("}")[-1] for node in root.iter()}
    assert "script" not in names
    if n == 8:
        cells = [t for t in root.iter() if t.tag.endswith("title")]
        assert len(cells) == 36
    if n == 100:
        assert "image" in names


@pytest.mark.parametrize("n", [1, 30, 200])
def test_png_has_a_pixel_for_every_cell(n: int) -> None:
    pattern = np.zeros((n, n), dtype=np.float32)
    pattern[:, 0] = 1.0
    picture = Image.open(io.BytesIO(PatternPicture(pattern, ["日本"] * n, "L0.H0").png()))
    colours = np.asarray(picture.convert("RGB"))
    assert min(picture.size) >= n
    darkest = np.array([0x33, 0x1A, 0x66])
    assert (np.abs(colours.astype(int) - darkest).sum(-1) == 0).sum() >= n


def test_charts_are_valid_and_keep_order() -> None:
    labels = ["a", "b", "a"]
    stages = [
        ("dots", np.array([1.0, -2.0, 0.5]), True),
        ("masked", np.array([1.0, -2.0, -np.inf]), True),
        ("softmax", np.array([0.9, 0.1, 0.0]), False),
    ]
    spec = stage_strips(labels, [0, 1, 2], stages, 1)
    assert "−∞" in json.dumps(spec.to_dict(), ensure_ascii=False)
    square = np.array([[1.0, -np.inf], [2.0, 3.0]])
    made = [
        score_bars(["x", "y"], [0.5, float("nan")], [0.1, 0.2], [0.3, float("nan")]),
        product_bars(np.array([1.0, -2.0])),
        vector_strips([("q", np.zeros(4)), ("k", np.arange(4.0))]),
        change_bars(["1 a", "2 b"], np.array([0.5, 0.1]), np.array([0.2, 0.4])),
        effect_grid(np.zeros((2, 3)), (0, 0)),
        token_matrix(square, ["a", "a"], [0, 1], signed=True),
    ]
    for figure in made:
        check_chart(figure)


def test_a_chart_that_is_not_vega_lite_is_found_out() -> None:
    figure = product_bars(np.array([1.0, -2.0]))
    figure.spec["layer"][0]["mark"] = "no such mark"
    with pytest.raises(ValidationError):
        check_chart(figure)


def test_numbers_in_narrow_cells_stand_upright_instead_of_vanishing() -> None:
    strips = stage_strips(["a", "b"], [0, 1], [("q·k", np.array([-1.0, 2.0]), True)], 1)
    matrix = token_matrix(np.eye(2), ["a", "b"], [0, 1], signed=False)
    for figure in (strips, matrix):
        check_chart(figure)
        marks = [layer["mark"] for layer in _layers(figure.spec)]
        text = next(m for m in marks if isinstance(m, dict) and m["type"] == "text")
        assert "270" in text["angle"]["expr"]


def _layers(figure: dict) -> list[dict]:
    if "layer" in figure:
        return [inner for layer in figure["layer"] for inner in _layers(layer)]
    return [figure]


@pytest.mark.parametrize("share", [False, True])
def test_lines_of_what_was_learned(share: bool) -> None:
    lines = {"a": [(1_000_000, 0.2), (2_000_000, 0.8)], "b": [(2_000_000, 0.5)]}
    made = learning_lines(lines, [1_500_000], "share", share=share)
    check_chart(made)
    table = made.arrow()["rows"].to_pydict()
    assert table["tokens"] == [1.0, 2.0, 2.0]
    assert table["value"] == [0.2, 0.8, 0.5]
    assert made.arrow()["starts"].to_pydict() == {"tokens": [1.5]}
