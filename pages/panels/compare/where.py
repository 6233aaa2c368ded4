"""Where does the difference sit: a vector of A put into B, place by place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

import numpy as np
import streamlit as st

from core.charts.compare.where import where_grid
from core.charts.layers.skip import before_after
from core.language import _
from core.views.effects import change_rows
from core.views.patching import all_at_once, is_long, patch_change, patch_shares, requests
from pages.kit import jobs
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart, clicked
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.compare import said
from pages.panels.compare.params import KIND, OTHER, PLACE, ROW, rows_of
from pages.panels.compare.sides import Sides, sides

_CHART = "chart_where"
#: A row of the grid, the first column of a piece of it, the shares there.
_Part = tuple[int, int, np.ndarray]


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


def _work(now: Current, both: Sides, kind: str, n_rows: int) -> Iterator[_Part]:
    """Piece by piece, each a request of its own."""
    for row in range(n_rows):
        first = 0
        for some in requests(both.places, both.b.n_ctx):
            found = now.engine.view(patch_shares, both.a, both.b, row, some, kind)
            yield row, first, found
            first += len(some)


def _measured(now: Current, at: Values, both: Sides) -> np.ndarray | None:
    """The grid as far as it is known; None before anybody has asked for a long one."""
    n_rows = len(rows_of(at))
    if not is_long(both.places, both.b.n_ctx, now.engine.shape):
        return _together(_work(now, both, at[KIND], n_rows), n_rows, len(both.places))
    jobs.start_and_stop("where", _("Measure all places"), _begin, now)
    n_pieces = n_rows * len(requests(both.places, both.b.n_ctx))
    work = jobs.kept("where")
    if work is None or work["key"] != _key(now, at, both):
        st.caption(
            _("{n} pieces of work, each up to a second or two; it can be stopped.").format(
                n=n_pieces
            )
        )
        return None
    parts: tuple[_Part, ...] = work["job"].watch()
    if jobs.failed(work["job"]):
        return None
    if not work["job"].done:
        st.progress(len(parts) / n_pieces, text=_("Putting in one vector after another"))
    return _together(parts, n_rows, len(both.places)) if parts else None


def _together(parts: Iterable[_Part], n_rows: int, n_places: int) -> np.ndarray:
    shares = np.full((n_rows, n_places), np.nan, dtype=np.float32)
    for row, first, found in parts:
        shares[row, first : first + len(found)] = found
    return shares


def _key(now: Current, at: Values, both: Sides) -> tuple:
    return now.engine.key, both.a.token_ids, both.b.token_ids, at[KIND]


def _begin(now: Current) -> None:
    at = Values(now)
    both = sides(now, at)
    work = partial(_work, now, both, at[KIND], len(rows_of(at)))
    jobs.start("where", work, key=_key(now, at, both))


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
        ROW.set(int(found["row"]))
        PLACE.set(str(both.places[int(found["place"])][0]))


# --- one place ---------------------------------------------------------------------------------


def _cell(now: Current, at: Values, both: Sides) -> Shown:
    row, place = at[ROW], int(at[PLACE])
    pair = next(pair for pair in both.places if pair[0] == place)
    found = now.engine.view(patch_change, both.a, both.b, row, pair, at[KIND])
    share = now.engine.view(patch_shares, both.a, both.b, row, (pair,), at[KIND])[0]
    names = [now.label(i) for i in found.token_ids]
    tell = said.same_cell if found.best_before == found.best_after else said.cell
    return Shown(
        chart(
            before_after(names, found.before, found.after, (_("B as it is"), _("with the patch"))),
            key="chart_where_cell",
            alt=_("Probabilities of B's next words, before and after."),
        ),
        tell(now, both, found, place, rows_of(at)[row], float(share)),
        numbers("cell", partial(change_rows, found, now.label)),
        box(
            now, "compare/where_cell", "compare-cell", shown=[found.before, found.after],
            tolerance=1e-3, ids_a=both.a.token_ids, ids_b=both.b.token_ids, layer=row,
            ours=place, theirs=pair[1], kind=at[KIND], tokens=found.token_ids,
        ),
    )  # fmt: skip
