"""A picture of boxes, lines and words that can be taken away as SVG or PNG.

For figures that are drawn by a component in the browser and so have no chart
that could be exported. Typed text is escaped in SVG and only painted in PNG.
"""

from __future__ import annotations

import base64
import io
import unicodedata
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from typing import Literal

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.charts.theme import INK_LIGHT

Anchor = Literal["start", "middle", "end"]
PAPER = "#FFFFFF"
#: A PNG has this many pixels per unit, so that it stays sharp on a slide.
SCALE = 2
#: Pillow's own face has hardly more than Latin letters; these marks have a plain stand-in.
_MARKS = {"␣": "_", "⏎": "\\n", "⇥": "\\t", "␍": "\\r", "⍽": "_", "−": "-", "‖": "||"}


def ink_on(colour: np.ndarray) -> str:
    """Black or white, which stands out more from a colour of shape (3,), uint8: 4.58 to 1 at least.

    Inks that are paler than these fall under 4.5 to 1 on the middle of a ramp.
    """
    share = np.asarray(colour, dtype=float) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    # Where black and white have the same contrast (WCAG 2, relative luminance).
    return "#000000" if float(linear @ (0.2126, 0.7152, 0.0722)) > 0.179 else "#FFFFFF"


def hexed(colour: np.ndarray) -> str:
    """A colour of shape (3,), uint8, as ``#RRGGBB``."""
    return "#" + "".join(f"{int(v):02X}" for v in colour)


def width_of(text: str) -> int:
    """Columns that a text takes in a monospaced face: Chinese and emoji take two."""
    return sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in text)


def shorten(text: str, most: int) -> str:
    """At most `most` columns, the last an ellipsis if something was cut."""
    if width_of(text) <= most:
        return text
    while text and width_of(text) > most - 1:
        text = text[:-1]
    return text + "…"


def _paintable(text: str) -> str:
    """Letters that Pillow's face lacks as their code points: an empty box would say nothing."""
    text = "".join(_MARKS.get(c, c) for c in text)
    return "".join(c if _has_glyph(c) else f"<{ord(c):X}>" for c in text)


@lru_cache(4096)
def _has_glyph(character: str) -> bool:
    face = ImageFont.load_default(size=14)
    missing = face.getmask("\uffff")
    drawn = face.getmask(character)
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))


@dataclass
class Drawing:
    """Boxes, lines and words in the order in which they were put down.

    Attributes
    ----------
    width, height : in units of one pixel of the SVG
    title : said to screen readers
    """

    width: int
    height: int
    title: str
    _svg: list[str] = field(default_factory=list)
    _paint: list[tuple] = field(default_factory=list)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        fill: str,
        *,
        edge: str | None = None,
        note: str = "",
    ) -> None:
        """A filled rectangle; `edge` is the colour of a thick outline, `note` its tooltip."""
        inside = f"><title>{_xml(note)}</title></rect>" if note else "/>"
        outline = f' stroke="{edge}" stroke-width="2.5"' if edge else ""
        self._svg.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="3"'
            f' fill="{fill}"{outline}{inside}'
        )
        self._paint.append(("box", x, y, width, height, fill, edge))

    def strip(self, x: float, y: float, width: float, height: float, colours: np.ndarray) -> None:
        """A row of colours side by side; shape (n, 3), uint8."""
        pixels = Image.fromarray(np.ascontiguousarray(colours)[None])
        out = io.BytesIO()
        pixels.save(out, "PNG")
        data = base64.b64encode(out.getvalue()).decode()
        self._svg.append(
            f'<image x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"'
            ' preserveAspectRatio="none" style="image-rendering:pixelated"'
            f' href="data:image/png;base64,{data}"/>'
        )
        self._paint.append(("strip", x, y, width, height, pixels))

    def line(self, x: float, y: float, to_x: float, to_y: float, ink: str = INK_LIGHT) -> None:
        self._svg.append(
            f'<line x1="{x:g}" y1="{y:g}" x2="{to_x:g}" y2="{to_y:g}" stroke="{ink}"/>'
        )
        self._paint.append(("line", x, y, to_x, to_y, ink))

    def curve(
        self, x: float, y: float, to_x: float, to_y: float, ink: str, *, thick: float
    ) -> None:
        """From one place to another, leaving and arriving level."""
        middle = (x + to_x) / 2
        self._svg.append(
            f'<path d="M{x:g} {y:g}C{middle:g} {y:g} {middle:g} {to_y:g} {to_x:g} {to_y:g}"'
            f' fill="none" stroke="{ink}" stroke-width="{thick:g}" stroke-linecap="round"/>'
        )
        self._paint.append(("curve", x, y, to_x, to_y, ink, thick))

    def words(
        self,
        x: float,
        y: float,
        text: str,
        *,
        anchor: Anchor = "start",
        size: int = 14,
        ink: str = INK_LIGHT,
        mono: bool = False,
        bold: bool = False,
        most: int = 200,
    ) -> None:
        """One line of text, `y` its middle, cut after `most` columns."""
        face = "monospace" if mono else "sans-serif"
        weight = ' font-weight="700"' if bold else ""
        self._svg.append(
            f'<text x="{x:g}" y="{y + 0.35 * size:g}" font-family="{face}" font-size="{size}"'
            f' text-anchor="{anchor}" fill="{ink}"{weight}>{_xml(shorten(text, most))}</text>'
        )
        painted = shorten(_paintable(text), most)
        self._paint.append(("words", x, y, painted, anchor, size, ink, bold))

    def svg(self) -> str:
        """The picture as a document of its own."""
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}"'
                f' height="{self.height}" viewBox="0 0 {self.width} {self.height}" role="img">',
                f"<title>{_xml(self.title)}</title>",
                f'<rect width="{self.width}" height="{self.height}" fill="{PAPER}"/>',
                *self._svg,
                "</svg>",
            ]
        )

    def png(self) -> bytes:
        """The picture as pixels, `SCALE` to a unit."""
        picture = Image.new("RGB", (SCALE * self.width, SCALE * self.height), PAPER)
        draw = ImageDraw.Draw(picture)
        for kind, *what in self._paint:
            if kind == "strip":
                x, y, width, height, pixels = what
                size = (round(SCALE * width), round(SCALE * height))
                picture.paste(
                    pixels.resize(size, Image.Resampling.NEAREST),
                    (round(SCALE * x), round(SCALE * y)),
                )
            else:
                _PAINTERS[kind](draw, *what)
        out = io.BytesIO()
        picture.save(out, "PNG")
        return out.getvalue()


def _paint_box(draw: ImageDraw.ImageDraw, x, y, width, height, fill, edge) -> None:
    corners = [SCALE * v for v in (x, y, x + width, y + height)]
    draw.rounded_rectangle(corners, 3 * SCALE, fill, edge, 5 if edge else 0)


def _paint_line(draw: ImageDraw.ImageDraw, x, y, to_x, to_y, ink) -> None:
    draw.line([SCALE * v for v in (x, y, to_x, to_y)], ink, SCALE)


def _paint_curve(draw: ImageDraw.ImageDraw, x, y, to_x, to_y, ink, thick) -> None:
    t = np.linspace(0, 1, 33)
    # A cubic curve whose two middle points lie half-way, at the height of either end.
    across = x + (to_x - x) * (1.5 * t * (1 - t) + t**3)
    level = y + (to_y - y) * (3 * t**2 - 2 * t**3)
    points = [(SCALE * float(a), SCALE * float(b)) for a, b in zip(across, level, strict=True)]
    draw.line(points, ink, max(1, round(SCALE * thick)), joint="curve")


def _paint_words(draw: ImageDraw.ImageDraw, x, y, text, anchor, size, ink, bold) -> None:
    draw.text(
        (SCALE * x, SCALE * y),
        text,
        ink,
        ImageFont.load_default(size=SCALE * size),
        anchor={"start": "lm", "middle": "mm", "end": "rm"}[anchor],
        stroke_width=1 if bold else 0,
    )


_PAINTERS = {"box": _paint_box, "line": _paint_line, "curve": _paint_curve, "words": _paint_words}


def _xml(text: str) -> str:
    """Text for XML: escaped, and without the control characters that XML cannot hold."""
    return escape("".join(c if c >= " " and c not in "\ufffe\uffff" else "�" for c in text))
