"""What a picture to take away says."""

from __future__ import annotations

from xml.etree import ElementTree

from core.charts.drawing import Drawing

SVG = "{http://www.w3.org/2000/svg}"
#: Tokens that must stay text wherever they are written.
ODD = ["␣king", "'", '"]}', "\\", "日本", "🙂", "<b>"]


def tree(drawing: Drawing) -> ElementTree.Element:
    return ElementTree.fromstring(drawing.svg())


def texts_of(drawing: Drawing) -> list[str]:
    return [element.text or "" for element in tree(drawing).iter(SVG + "text")]
