"""A pattern to take away: as a drawing and as a picture, with its tokens."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from core.charts.attention.head_cells import brightest
from core.charts.theme import INK_DARK, INK_LIGHT, ramp
from core.language import _

#: Up to this many tokens a picture has one rectangle per cell; above, an embedded image.
RECTANGLES_UP_TO = 64
_CELL, _TOP = 24, 70


@dataclass(frozen=True, eq=False)
class PatternPicture:
    """One head's pattern on paper.

    Attributes
    ----------
    pattern : shape (query, key)
    labels : one per token
    title : over the picture
    dark : whether the paper is dark
    """

    pattern: np.ndarray
    labels: Sequence[str]
    title: str
    dark: bool = False

    @property
    def colours(self) -> np.ndarray:
        """Shape (query, key, 3), uint8."""
        return ramp(self.pattern / max(brightest(self.pattern), 1e-12), self.dark)

    @property
    def paper(self) -> str:
        return "#14131C" if self.dark else "#FFFFFF"

    @property
    def ink(self) -> str:
        return INK_DARK if self.dark else INK_LIGHT

    @property
    def has_rectangles(self) -> bool:
        return len(self.pattern) <= RECTANGLES_UP_TO

    def svg(self) -> str:
        """A drawing; typed text is escaped."""
        n = len(self.pattern)
        cell, gutter = (_CELL, 160) if self.has_rectangles else (1, 60)
        width, height = gutter + n * cell + 20, _TOP + n * cell + gutter
        return "\n".join(
            [
                f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
                f' viewBox="0 0 {width} {height}">',
                f'<rect width="{width}" height="{height}" fill="{self.paper}"/>',
                f'<g fill="{self.ink}" font-size="14" font-family="monospace">',
                f'<text x="10" y="24" font-family="sans-serif" font-size="16">'
                f"{escape(self.title)}</text>",
                f'<text x="10" y="48" font-family="sans-serif">{escape(_("Query ↓ · key →"))}'
                "</text>",
                *(_tokens(self.labels, gutter) if self.has_rectangles else ()),
                "</g>",
                *(self._rectangles(gutter) if self.has_rectangles else [self._embedded(gutter)]),
                "</svg>",
            ]
        )

    def _rectangles(self, gutter: int) -> Iterator[str]:
        colours = self.colours
        for q in range(len(self.pattern)):
            for k in range(q + 1):
                red, green, blue = colours[q, k]
                yield (
                    f'<rect x="{gutter + k * _CELL}" y="{_TOP + q * _CELL}" width="{_CELL - 1}"'
                    f' height="{_CELL - 1}" fill="#{red:02x}{green:02x}{blue:02x}">'
                    f"<title>{100 * self.pattern[q, k]:.2f}%</title></rect>"
                )

    def _embedded(self, gutter: int) -> str:
        n = len(self.pattern)
        data = base64.b64encode(_png(self._image())).decode()
        return (
            f'<image x="{gutter}" y="{_TOP}" width="{n}" height="{n}"'
            f' href="data:image/png;base64,{data}"/>'
        )

    def _image(self) -> Image.Image:
        colours = self.colours
        colours[~np.tri(len(colours), dtype=bool)] = 20 if self.dark else 255
        return Image.fromarray(colours)

    def png(self) -> bytes:
        """A picture; tokens outside Latin script are their position, such as ``#12``."""
        n = len(self.pattern)
        cell = _CELL if self.has_rectangles else max(1, 1024 // n)
        gutter, top, side = (150 if self.has_rectangles else 20), 60, n * cell
        picture = Image.new("RGB", (gutter + side + 20, top + side + gutter), self.paper)
        grid = self._image().resize((side, side), Image.Resampling.NEAREST)
        picture.paste(grid, (gutter, top))
        draw, face = ImageDraw.Draw(picture), ImageFont.load_default(size=15)
        heading = self.title if all(ord(c) < 0x180 or c in "↓→·" for c in self.title) else ""
        draw.text((10, 10), heading.replace("·", "-"), self.ink, face)
        draw.text((10, 34), _("rows: query, columns: key"), self.ink, face)
        if self.has_rectangles:
            names = self._names(gutter - 8, side)
            picture.paste(names, (0, top))
            # A quarter turn to the left: the first line stands leftmost and is read from below.
            picture.paste(names.transpose(Image.Transpose.ROTATE_90), (gutter, top + side + 8))
        return _png(picture)

    def _names(self, width: int, side: int) -> Image.Image:
        """The tokens under each other, at the right edge."""
        column = Image.new("RGB", (width, side), self.paper)
        draw, face = ImageDraw.Draw(column), ImageFont.load_default(size=15)
        for i, text in enumerate(self.labels):
            place = (width, i * _CELL + _CELL // 2)
            draw.text(place, _drawable(text, i), self.ink, face, anchor="rm")
        return column


def _tokens(labels: Sequence[str], gutter: int) -> Iterator[str]:
    """The tokens on both axes."""
    side = len(labels) * _CELL
    for i, text in enumerate(labels):
        shown, middle = escape(_short(text)), _TOP + i * _CELL + 17
        yield f'<text x="{gutter - 8}" y="{middle}" text-anchor="end">{shown}</text>'
        x, y = gutter + i * _CELL + 17, _TOP + side + 8
        yield (
            f'<text x="{x}" y="{y}" text-anchor="end" transform="rotate(-90 {x} {y})">'
            f"{shown}</text>"
        )


def _png(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def _short(text: str, most: int = 14) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _drawable(text: str, index: int) -> str:
    # Pillow's own face has Latin letters only; a position says more than an empty box.
    marks = {"␣": "_", "⏎": "\\n", "⇥": "\\t"}
    text = _short("".join(marks.get(c, c) for c in text))
    return text if all(ord(c) < 0x180 or c == "…" for c in text) else f"#{index}"
