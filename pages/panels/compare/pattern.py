"""Which head looks otherwise: its pattern in both prompts, and the difference."""

from __future__ import annotations

from functools import partial

import numpy as np

from core.charts.compare.pattern import pattern_cells
from core.language import _
from core.views.patching import Pair
from core.views.patterns_apart import Looks, looks_of
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import Drawn, below, chart, side_by_side
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import told
from pages.panels.compare.params import MOST_PLACES, OTHER
from pages.panels.compare.ranked import LOOK, apart, chosen
from pages.panels.compare.sides import Sides, sides


@panel(
    "compare/pattern",
    title=lambda at: _("Which head looks otherwise?"),
    reads=(OTHER, LOOK),
    depth="deeper",
)
def pattern(now: Current, at: Values) -> Shown:
    both = sides(now, at)
    LOOK.draw(at)
    layer, head = chosen(at, LOOK)
    # A short text is seen whole; of a long one the tokens from the difference on.
    shown = both.found.pairs if len(both.found.pairs) <= MOST_PLACES else both.places
    texts = (now.engine.attention(text, layer) for text in (both.a, both.b))
    found = looks_of(*texts, head, shown, shown)
    names = [told.pair_name(now, both, pair) for pair in shown]
    return Shown(
        _three(found, names),
        told.pattern(now, both, (layer, head), found, shown, apart(at)),
        numbers("compare-pattern", partial(told.pattern_rows, found, shown)),
        _box(now, both, (layer, head), found, shown),
    )


def _three(found: Looks, names: list[str]) -> Drawn:
    """A beside B, and below them what is left of A without B."""

    def cells(key: str, title: str, weights: np.ndarray, *, signed: bool = False) -> Drawn:
        return chart(
            pattern_cells(title, names, names, weights, signed=signed),
            key=f"chart_compare_pattern_{key}",
            alt=_("Where one head looks: {title}.").format(title=title),
        )

    return below(
        side_by_side(cells("a", _("in A"), found.a), cells("b", _("in B"), found.b)),
        cells("apart", "A − B", found.difference, signed=True),
    )


def _box(now: Current, both: Sides, at: tuple[int, int], found: Looks, shown: tuple[Pair, ...]):
    return box(
        now, "compare/pattern", "compare-pattern", shown=[found.a, found.b, found.difference],
        ids_a=both.a.token_ids, ids_b=both.b.token_ids, layer=at[0], head=at[1],
        queries=shown, keys=shown,
    )  # fmt: skip
