"""The history of a checkpoint as a picture for its card: ``history.svg``.

Two figures above each other over the tokens read: the losses, and the scores of
the heads that copy. Written as SVG by hand, so that no drawing program is needed.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

from core.charts.theme import CATEGORIES

NAME = "history.svg"
WIDTH, HEIGHT = 720, 230
LEFT, RIGHT, TOP, BOTTOM = 60, 130, 30, 40
#: Seen on a light and on a dark page.
INK = "#7A7A7A"


@dataclass(frozen=True)
class Axes:
    """Where numbers lie in one figure: million tokens to the right, a value upwards."""

    right: float
    low: float
    high: float
    down: float

    def x(self, millions: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * millions / self.right

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.down + TOP + (HEIGHT - TOP - BOTTOM) * (1 - share)


def text(x: float, y: float, words: str, colour: str = INK, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )


def frame(axes: Axes, title: str, ticks: list[float]) -> list[str]:
    """Title, the lines of the values, the marks of the tokens."""
    made = [text(LEFT, axes.down + 18, title)]
    for tick in ticks:
        y = axes.y(tick)
        made.append(
            f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="{INK}" stroke-opacity="0.3"/>'
        )
        made.append(text(LEFT - 8, y + 5, f"{tick:g}", anchor="end"))
    step = 5 if axes.right > 12 else 1
    for millions in range(0, int(axes.right) + 1, step):
        y = axes.y(axes.low) + 18
        made.append(text(axes.x(millions), y, f"{millions} M", anchor="middle"))
    return made


def curve(axes: Axes, points: list[dict], name: str, number: int) -> list[str]:
    """One measurement over the tokens, with its name at its end."""
    colour = CATEGORIES[number]
    at = [(axes.x(p["tokens"] / 1e6), axes.y(p[name])) for p in points if name in p]
    if not at:
        return []
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in at)
    return [
        f'<path d="M{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        text(at[-1][0] + 8, at[-1][1] + 5, name, colour),
    ]


def picture(points: list[dict]) -> str:
    """Losses above, heads below, as SVG."""
    right = max(point["tokens"] for point in points) / 1e6
    nats = [p[n] for p in points for n in ("glosses", "novels", "stories") if n in p]
    low, high = int(min(nats)), int(max(nats)) + 1
    above, below = Axes(right, low, high, 0), Axes(right, 0, 1, HEIGHT)
    made = frame(above, "loss on unseen text, nats per token", [*map(float, range(low, high + 1))])
    for number, name in enumerate(("glosses", "novels", "stories")):
        made += curve(above, points, name, number)
    made += frame(below, "share of attention where a copying head looks", [0, 0.25, 0.5, 0.75, 1])
    for number, name in enumerate(("previous", "induction"), start=3):
        made += curve(below, points, name, number)
    inside = "\n".join(made)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {2 * HEIGHT}"'
        f' font-family="sans-serif" font-size="14">\n{inside}\n</svg>\n'
    )


def write_picture(folder: Path, points: list[dict]) -> None:
    (folder / NAME).write_text(picture(points), encoding="utf-8")
