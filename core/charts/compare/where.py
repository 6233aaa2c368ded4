"""Where the difference of two texts sits: a cell for each layer and token."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.layers.skip import quoted
from core.charts.theme import ACCENT, FONT_SIZE, axis, token_axis
from core.language import _
from core.numbers import percent

#: Where the colours end: the whole way has one from their middle, where ink of both themes reads.
_DOMAIN = [0, 1.8]
#: Pixels that a cell's number needs; in narrower ones pointing says it.
_ROOM = 36


def where_grid(
    layers: Sequence[str], tokens: Sequence[str], shares: np.ndarray, chosen: tuple[int, int]
) -> Figure:
    """How far the answer moves when one vector is put in, for each place.

    Parameters
    ----------
    layers : names of the rows
    tokens : names of the columns
    shares : shape (len(layers), len(tokens)); 0 is the old answer, 1 the other text's; nan where
        nothing was measured yet
    chosen : row and column to mark
    """
    row, place = np.indices(shares.shape)
    columns = {
        "row": row.ravel(),
        "place": place.ravel(),
        "layer": np.repeat(list(layers), len(tokens)),
        "token": list(tokens) * len(layers),
        "share": np.round(shares.astype(float), 3).ravel(),  # what is shown of it
        "text": [_text(share) for share in shares.ravel()],
        "chosen": ((row == chosen[0]) & (place == chosen[1])).ravel(),
    }
    return _grid().fill(
        {"rows": columns},
        height=36 * len(layers) + 90,
        layers=_names(layers),
        tokens=_names(tokens),
        seen={"expr": f"width < {_ROOM * len(tokens)} ? 0 : 1"},
    )


def _text(share: float) -> str:
    return percent(round(float(share), 2), 0) if np.isfinite(share) else ""


def _names(names: Sequence[str]) -> str:
    texts = ", ".join(f"'{i}': {quoted(name)}" for i, name in enumerate(names))
    return f"({{{texts}}})[datum.label]"


@structure
def _grid() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("place:O", axis=token_axis(None, labelExpr=slot("tokens"), labelAngle=-45)),
        y=alt.Y("row:O", axis=axis(None, labelExpr=slot("layers"), labelOverlap=False)),
        tooltip=[
            alt.Tooltip("layer:N", title=_("layer")),
            alt.Tooltip("token:N", title=_("token")),
            alt.Tooltip("share:Q", title=_("moved"), format=".1%"),
        ],
    )
    scale = alt.Scale(domain=_DOMAIN, clamp=True)
    pick = alt.selection_point(name="cell", fields=["row", "place"])
    cells = (
        base.mark_rect(cursor="pointer")
        .encode(color=alt.Color("share:Q", scale=scale, legend=None))
        .add_params(pick)
        .properties(name="cells")
    )
    numbers = base.mark_text(fontSize=FONT_SIZE, opacity=slot("seen")).encode(text="text:N")
    mark = base.transform_filter(alt.datum.chosen).mark_rect(
        filled=False, strokeWidth=3, stroke=ACCENT
    )
    return alt.layer(cells, numbers, mark)
