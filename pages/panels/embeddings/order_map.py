"""Positions on the axes along which they differ most."""

from __future__ import annotations

from core.charts.embeddings.order_map import position_scatter
from core.language import _
from core.numbers import percent
from core.views.positions import PositionMap
from core.views.positions import position_map as map_of
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, chart, side_by_side
from pages.kit.panel import Shown
from pages.kit.params import Values


def position_map(now: Current, at: Values) -> Shown:
    found = now.engine.view(map_of)
    a, b, c = found.explained
    return Shown(
        side_by_side(_scatter(found, 0), _scatter(found, 1)),
        _(
            "The three directions hold {a}, {b} and {c} of what sets the places apart (of their"
            " variance)."
        ).format(
            a=percent(a, 1), b=percent(b, 1), c=percent(c, 1)
        ),
        recipe=box(
            now, "embeddings/order_map", "embeddings-position-map",
            shown={"explained": found.explained, "points": found.points}, tolerance=2e-3,
        ),
    )  # fmt: skip


def _scatter(found: PositionMap, first: int) -> Drawn:
    return chart(
        position_scatter(found.points, found.explained, first),
        key=f"chart_positions_{first}",
        alt=_("Positions on principal axes {a} and {b}.").format(a=first + 1, b=first + 2),
    )
