"""Which heads carry the difference: what one head writes for A, put into B."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from core.charts.compare.heads import heads_grid
from core.charts.layers.skip import before_after
from core.language import _
from core.views.effects import change_rows
from core.views.patching_heads import head_change
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart, clicked
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import told
from pages.panels.compare.measured import measured
from pages.panels.compare.params import OTHER
from pages.panels.compare.ranked import HEAD, chosen, head_grid, head_name
from pages.panels.compare.sides import Sides, sides

_CHART = "chart_compare_heads"


@panel(
    "compare/heads",
    title=lambda at: _("Which heads carry the difference?"),
    reads=(OTHER, HEAD),
    depth="deeper",
    job="compare_heads",
)
def heads(now: Current, at: Values) -> Iterator[Shown]:
    both = sides(now, at)
    shares = _measured(now, both)
    if shares is None:
        return
    yield _grid(now, at, both, shares)
    HEAD.draw(at)
    if np.isfinite(shares[chosen(at, HEAD)]):  # it has been measured already
        yield _cell(now, at, both, shares)


def _measured(now: Current, both: Sides) -> np.ndarray | None:
    found = measured(head_grid(now.engine, both.a, both.b), _("Measure all heads"))
    shape = now.engine.shape
    return None if found is None else found.reshape(shape.n_layer, shape.n_head)


def _grid(now: Current, at: Values, both: Sides, shares: np.ndarray) -> Shown:
    done = bool(np.isfinite(shares).all())
    return Shown(
        chart(
            heads_grid(shares, chosen(at, HEAD)), key=_CHART, on_select=_pick,
            alt=_("How far the answer moves from B's to A's, for each head."),
        ),
        told.heads(shares) if done else _("Measuring …"),
        numbers("compare-heads", partial(told.head_rows, shares)),
        box(
            now, "compare/heads", "compare-heads", shown=shares.ravel(), tolerance=2e-3,
            ids_a=both.a.token_ids, ids_b=both.b.token_ids,
            pairs=both.found.pairs[both.found.start :], heads=list(np.ndindex(shares.shape)),
        ) if done else None,
    )  # fmt: skip


def _pick() -> None:
    """Take over the head that was clicked; a callback."""
    found = clicked(_CHART, "cell")
    if found is not None:
        HEAD.set(head_name(int(found["row"]), int(found["place"])))


def _cell(now: Current, at: Values, both: Sides, shares: np.ndarray) -> Shown:
    """What one head does to the answer."""
    layer, head = chosen(at, HEAD)
    found = now.engine.view(head_change, both.a, both.b, both.found, layer, head)
    names = [now.label(i) for i in found.token_ids]
    return Shown(
        chart(
            before_after(names, found.before, found.after, (_("B as it is"), _("with the patch"))),
            key="chart_compare_heads_cell",
            alt=_("Probabilities of B's next words, before and after."),
        ),
        told.head_cell(now, found, (layer, head), float(shares[layer, head])),
        numbers("compare-head", partial(change_rows, found, now.label)),
        box(
            now, "compare/heads_cell", "compare-heads-cell", shown=[found.before, found.after],
            tolerance=1e-3, ids_a=both.a.token_ids, ids_b=both.b.token_ids,
            pairs=both.found.pairs[both.found.start :], layer=layer, head=head,
            tokens=found.token_ids,
        ),
    )  # fmt: skip
