"""Where does the difference sit: a vector of A put into B, place by place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np

from core.charts.compare.where import where_grid
from core.charts.layers.skip import before_after
from core.language import _
from core.views.effects import change_rows
from core.views.patching import Cell, all_at_once, cells_of, patch_change, patch_shares
from core.views.patching_work import work_of
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart, clicked
from pages.kit.memory import Memory
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.compare import said
from pages.panels.compare.measured import Grid, measured
from pages.panels.compare.params import KIND, OTHER, PLACE, ROW, rows_of
from pages.panels.compare.sides import Sides, sides

_CHART = "chart_where"
#: Whether a cell was clicked in this session.
_PICKED = Memory[bool]("compare_cell_picked", False)


@panel(
    "compare/where",
    title=lambda at: _("Where does the difference sit?"),
    reads=(OTHER, ROW, PLACE),
    controls=(KIND,),
    job="where",
)
def where(now: Current, at: Values) -> Iterator[Shown]:
    both = sides(now, at)
    shares = _measured(now, at, both)
    if shares is None:
        return
    yield _grid(now, at, both, shares)
    draw_row(at, ROW, PLACE)
    yield _cell(now, at, both)


# --- all places ------------------------------------------------------------------------------


def _measured(now: Current, at: Values, both: Sides) -> np.ndarray | None:
    """The grid as far as it is known; None before anybody has asked for a long one."""
    kind, n_rows, shape = at[KIND], len(rows_of(at)), now.engine.shape
    above = 0 if kind == "resid" else 1

    def measure(cells: tuple[Cell, ...]) -> np.ndarray:
        return now.engine.view(patch_shares, both.a, both.b, cells, kind)

    def work(cell: Cell) -> float:
        return work_of(cell[0] + above, both.b.n_ctx - cell[1], shape)

    key = (now.engine.key, both.a.token_ids, both.b.token_ids, kind)
    cells = cells_of(n_rows, both.places)
    grid = Grid("where", key, cells, shape, work, measure)
    found = measured(grid, _("Measure all places"), scope=said.scope(both))
    return None if found is None else found.reshape(n_rows, -1)


def _grid(now: Current, at: Values, both: Sides, shares: np.ndarray) -> Shown:
    names = rows_of(at)
    tokens = [f"{b} {now.label(both.b.token_ids[b])}" for b, _a in both.places]
    chosen = (at[ROW], [str(b) for b, _a in both.places].index(at[PLACE]))
    whole = at[KIND] == "resid" and both.a.n_ctx == both.b.n_ctx
    control = now.engine.view(all_at_once, both.a, both.b, both.found) if whole else None
    done = bool(np.isfinite(shares).all())
    return Shown(
        chart(
            where_grid(names, tokens, shares, chosen), key=_CHART, on_select=partial(_pick, both),
            alt=_("How far the answer moves from B's to A's, for each layer and token."),
        ),
        said.where(now, both, names, shares, control) if done else _("Measuring …"),
        numbers("where", partial(said.grid_rows, both, names, shares)),
        box(
            now, "compare/where", "compare-where", shown=shares, tolerance=2e-3,
            ids_a=both.a.token_ids, ids_b=both.b.token_ids, pairs=both.places, kind=at[KIND],
        ) if done else None,
    )  # fmt: skip


def _pick(both: Sides) -> None:
    """Take over the cell that was clicked; a callback."""
    found = clicked(_CHART, "cell")
    if found is not None:
        _PICKED.set(True)
        ROW.set(int(found["row"]))
        PLACE.set(str(both.places[int(found["place"])][0]))


# --- one place ---------------------------------------------------------------------------------


def _cell(now: Current, at: Values, both: Sides) -> Shown:
    row, place = at[ROW], int(at[PLACE])
    pair = next(pair for pair in both.places if pair[0] == place)
    found = now.engine.view(patch_change, both.a, both.b, row, pair, at[KIND])
    share = now.engine.view(patch_shares, both.a, both.b, ((row, *pair),), at[KIND])[0]
    names = [now.label(i) for i in found.token_ids]
    tell = said.same_cell if found.best_before == found.best_after else said.cell
    told = tell(now, both, found, place, rows_of(at)[row], float(share))
    if not _PICKED.get() and (row, at[PLACE]) == (ROW.default(at), PLACE.default(at)):
        # The page's first look is short: the bars come with the first cell that is chosen.
        return Shown(caption=told + " " + _("Click a cell to see the words of both."))
    return Shown(
        chart(
            before_after(names, found.before, found.after, (_("B as it is"), _("with the patch"))),
            key="chart_where_cell",
            alt=_("Probabilities of B's next words, before and after."),
        ),
        told,
        numbers("cell", partial(change_rows, found, now.label)),
        box(
            now, "compare/where_cell", "compare-cell", shown=[found.before, found.after],
            tolerance=1e-3, ids_a=both.a.token_ids, ids_b=both.b.token_ids, layer=row,
            ours=place, theirs=pair[1], kind=at[KIND], tokens=found.token_ids,
        ),
    )  # fmt: skip
