"""How alike every two positions are."""

from __future__ import annotations

from functools import partial

from core.charts.embeddings.order_pairs import cosine_by_distance
from core.charts.ticks import ticks
from core.language import _
from core.numbers import count
from core.views.positions import PositionSimilarity, position_similarity
from pages.components.matrix_view import Matrix, matrix_view
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart, side_by_side
from pages.kit.panel import Shown
from pages.kit.params import Values
from pages.panels.embeddings import words


def pairs(now: Current, at: Values) -> Shown:
    found = now.engine.view(position_similarity)
    line = chart(
        cosine_by_distance(found.by_distance),
        key="chart_distance",
        alt=_("Mean cosine of two positions by their distance."),
    )
    cells = partial(matrix_view, _matrix(found), key="view_positions")
    return Shown(
        side_by_side(cells, line, widths=(3, 2)),
        words.pairs(found),
        recipe=box(
            now, "embeddings/order_pairs", "embeddings-position-similarity", shown=found.cosine
        ),
    )


def _matrix(found: PositionSimilarity) -> Matrix:
    n = len(found.cosine)
    return Matrix(
        blocks=[found.coarse],
        say=_("positions {row} and {col}: cosine {v0}"),
        axis=_("position (both axes)"),
        alt=_("Cosine of every two of {n} positions.").format(n=count(n)),
        bound=1.0,
        ticks=ticks(n),
        hint=_("Point at a cell to read its cosine."),
        digits=2,
    )
