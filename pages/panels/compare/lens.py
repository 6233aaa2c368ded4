"""From which layer on do the two answers differ: both prompts under the logit lens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from core.charts.compare.lens import lens_apart_grid
from core.charts.layers.lens import row_names
from core.language import _
from core.numbers import bits, percents
from core.views.lens_apart import LensApart, lens_apart, stacked
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart, clicked, table
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import told
from pages.panels.compare.params import LENS_AT, OTHER
from pages.panels.compare.sides import Sides, sides

_CHART = "chart_compare_lens"


@panel(
    "compare/lens",
    title=lambda at: _("From which layer on do the answers differ?"),
    reads=(OTHER, LENS_AT),
    depth="deeper",
)
def lens(now: Current, at: Values) -> Iterator[Shown]:
    both = sides(now, at)
    asked = [(both.a, both.b, row, both.places) for row in range(now.engine.shape.n_layer + 1)]
    found = stacked(now.engine.views(lens_apart, asked))
    place = [str(b) for b, _a in both.places].index(at[LENS_AT])
    yield _grid(now, both, found, place)
    LENS_AT.draw(at)
    yield Shown(partial(_table, now, found, place), told.lens_column(now, both, found, place))


def _grid(now: Current, both: Sides, found: LensApart, place: int) -> Shown:
    rows = row_names(now.engine.shape.n_layer)
    tokens = [f"{b} {now.label(both.b.token_ids[b])}" for b, _a in both.places]
    return Shown(
        chart(
            lens_apart_grid(rows, tokens, found.bits, place), key=_CHART,
            on_select=partial(_pick, both),
            alt=_("How far the answers of both prompts lie apart, for each layer and token."),
        ),
        told.lens(now, both, found),
        numbers("compare-lens", partial(told.lens_rows, both, rows, found, now.label)),
        box(
            now, "compare/lens", "compare-lens", shown=found.bits, tolerance=1e-3,
            ids_a=both.a.token_ids, ids_b=both.b.token_ids, pairs=both.places,
        ),
    )  # fmt: skip


def _pick(both: Sides) -> None:
    """Take over the column that was clicked; a callback."""
    found = clicked(_CHART, "cell")
    if found is not None:
        LENS_AT.set(str(both.places[int(found["place"])][0]))


def _table(now: Current, found: LensApart, place: int) -> None:
    """What each layer would answer at one token."""
    names = {
        side: [
            f"{now.label(int(i))}  {p}"
            for i, p in zip(ids[:, place], percents(probs[:, place].tolist()), strict=True)
        ]
        for side, ids, probs in (("a", found.top_a, found.prob_a), ("b", found.top_b, found.prob_b))
    }
    table(
        {
            _("read"): row_names(len(found.bits) - 1),
            _("A would answer"): names["a"],
            _("B would answer"): names["b"],
            _("apart"): [bits(float(x)) for x in np.asarray(found.bits[:, place])],
        },
        key="table_compare_lens",
    )()
