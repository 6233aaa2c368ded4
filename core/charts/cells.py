"""Cells in rows and columns, each with its number: what the grids of the page Compare share."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Columns, Figure, rows, slot, structure
from core.charts.named import named
from core.charts.theme import ACCENT, FONT_SIZE, axis, token_axis
from core.language import _

#: How far behind the largest value the colours end, so that ink of both themes reads on each.
_HEADROOM = 1.8
#: Pixels that a cell's number needs; in narrower ones pointing says it.
_ROOM = 36


def cell_grid(
    layers: Sequence[str],
    columns: Sequence[str],
    values: np.ndarray,
    texts: Sequence[str],
    chosen: tuple[int, int],
    *,
    most: float,
    names: tuple[str, str, str],
    format: str,
    high: int = 30,
) -> Figure:
    """A grid of numbers; a click selects ``cell`` with its row and place.

    Parameters
    ----------
    layers, columns : names of the rows and of the columns
    values : shape (len(layers), len(columns)); nan where nothing was measured yet
    texts : what stands in the cells, row by row
    chosen : row and column to mark
    most : the value that is as dark as ink allows
    names : what a row, a column and a value are called when pointed at
    format : of a value that is pointed at
    high : pixels of a row
    """
    told = {**_table(layers, columns, values, texts, chosen), "shade": _shades(values, most)}
    return _grid(*names, format).fill(
        {"rows": told},
        height=high * len(layers) + 90,
        layers=named(layers),
        columns=named(columns),
        domain=[0, _HEADROOM * max(float(most), 1e-6)],
        seen={"expr": f"width < {_ROOM * len(columns)} ? 0 : 1"},
    )


def _table(
    layers: Sequence[str],
    columns: Sequence[str],
    values: np.ndarray,
    texts: Sequence[str],
    chosen: tuple[int, int],
) -> Columns:
    row, place = np.indices(values.shape)
    return {
        "row": row.ravel(),
        "place": place.ravel(),
        "layer": np.repeat(list(layers), len(columns)),
        "token": list(columns) * len(layers),
        "value": np.round(values.astype(float), 3).ravel(),  # what is shown of it
        "text": list(texts),
        "chosen": ((row == chosen[0]) & (place == chosen[1])).ravel(),
    }


def _shades(values: np.ndarray, most: float) -> np.ndarray:
    """What colours the cells: nothing is darker or lighter than ink allows."""
    return np.round(np.minimum(values.astype(float), max(float(most), 1e-6) * 1.2), 3).ravel()


@structure
def _grid(row: str, column: str, value: str, format: str) -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("place:O", axis=token_axis(None, labelExpr=slot("columns"), labelAngle=-45)),
        y=alt.Y("row:O", axis=axis(None, labelExpr=slot("layers"), labelOverlap=False)),
        tooltip=[
            alt.Tooltip("layer:N", title=row),
            alt.Tooltip("token:N", title=column),
            alt.Tooltip("value:Q", title=value, format=format),
        ],
    )
    scale = alt.Scale(domain=slot("domain"), clamp=True)
    pick = alt.selection_point(name="cell", fields=["row", "place"])
    cells = (
        base.mark_rect(cursor="pointer")
        .encode(color=alt.Color("shade:Q", scale=scale, legend=None))
        .add_params(pick)
        .properties(name="cells")
    )
    numbers = base.mark_text(fontSize=FONT_SIZE, opacity=slot("seen")).encode(text="text:N")
    mark = base.transform_filter(alt.datum.chosen).mark_rect(
        filled=False, strokeWidth=3, stroke=ACCENT
    )
    return alt.layer(cells, numbers, mark)


def row_title() -> str:
    return _("layer")
