"""Pictures to take away: real documents, faithful, and safe with odd tokens."""

from __future__ import annotations

import io
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image

from core.charts.drawing import SCALE, Drawing, hexed, ink_on, shorten, width_of

ODD = ["␣king", "<script>alert(1)</script>", '"]}&', "日本", "🙂", "a\x00b", "⏎"]
SVG = "{http://www.w3.org/2000/svg}"


def drawn() -> Drawing:
    drawing = Drawing(200, 120, ODD[1])
    for i, text in enumerate(ODD):
        drawing.words(10, 10 + 14 * i, text, mono=True, bold=i % 2 == 0)
    drawing.box(120, 20, 40, 30, "#0072B2", edge="#1F1B2D", note=ODD[2])
    drawing.line(0, 118, 200, 118, "#D55E00")
    drawing.strip(100, 80, 80, 20, np.array([[255, 0, 0], [0, 0, 255]], dtype=np.uint8))
    return drawing


def test_typed_text_stays_text() -> None:
    root = ElementTree.fromstring(drawn().svg())
    texts = [element.text for element in root.iter(SVG + "text")]
    assert texts == [t.replace("\x00", "�") for t in ODD]
    assert not list(root.iter(SVG + "script"))
    assert [e.text for e in root.iter(SVG + "title")] == [ODD[1], ODD[2]]


def test_the_pixels_are_where_they_were_put() -> None:
    picture = Image.open(io.BytesIO(drawn().png()))
    assert picture.size == (200 * SCALE, 120 * SCALE)
    at = {
        place: picture.getpixel((place[0] * SCALE, place[1] * SCALE))
        for place in [(140, 35), (110, 90), (170, 90), (195, 5), (50, 118)]
    }
    assert at == {
        (140, 35): (0, 0x72, 0xB2),
        (110, 90): (255, 0, 0),
        (170, 90): (0, 0, 255),
        (195, 5): (255, 255, 255),
        (50, 118): (0xD5, 0x5E, 0),
    }


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("king", 4, "king"),
        ("kings", 4, "kin…"),
        ("日本語", 5, "日本…"),
        ("日本", 4, "日本"),
        ("", 1, ""),
    ],
)
def test_long_words_are_cut_by_the_columns_they_take(text: str, most: int, short: str) -> None:
    assert shorten(text, most) == short
    assert width_of(short) <= most


def test_ink_is_legible_on_every_colour() -> None:
    for colour in np.random.default_rng(0).integers(0, 256, (200, 3)):
        ink = np.array([int(ink_on(colour)[i : i + 2], 16) for i in (1, 3, 5)])
        light, dark = sorted((luminance(colour), luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5
    assert hexed(np.array([0, 114, 178])) == "#0072B2"


def luminance(colour: np.ndarray) -> float:
    share = colour / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))
