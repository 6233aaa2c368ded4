"""What each head adds to a logit."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import FONT_SIZE, axis, legend, signed_domain, signed_scale
from core.language import _
from core.numbers import signed

#: Up to so many heads a layer the numbers stand on their cells.
_NUMBERED = 12


def heads_heat(values: np.ndarray) -> Figure:
    """Each head's contribution, shape (n_layer, n_head): blue against, orange for."""
    n_layer, n_head = values.shape
    layers, heads = (index.ravel() for index in np.indices(values.shape))
    bound = float(np.abs(values).max())
    digits = 2 if bound >= 0.5 else 3
    columns = {
        "layer": layers,
        "head": heads,
        "value": values.ravel(),
        "text": [signed(v, digits) for v in values.ravel()],
        "name": [f"L{i}.H{h}" for i, h in zip(layers, heads, strict=True)],
    }
    numbered = n_head <= _NUMBERED
    return _cells(numbered).fill(
        {"rows": columns},
        height=(26 if n_layer <= 16 else 20) * n_layer + 70,
        # Where numbers are written on the cells, the ramp's dark ends are left out.
        bounds=signed_domain(bound * (1.8 if numbered else 1.0)),
    )


@structure
def _cells(numbered: bool) -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("head:O", axis=axis(_("head"), labelAngle=0, orient="top")),
        y=alt.Y("layer:O", axis=axis(_("layer"))),
    )
    cells = base.mark_rect(cornerRadius=3).encode(
        color=alt.Color(
            "value:Q",
            scale=signed_scale(slot("bounds")),
            legend=None if numbered else legend(_("adds"), format="+.2f", tickCount=5),
        ),
        tooltip=[
            alt.Tooltip("name:N", title=_("head")),
            alt.Tooltip("value:Q", title=_("adds"), format="+.4f"),
        ],
    )
    if not numbered:
        return alt.layer(cells)
    return alt.layer(cells, base.mark_text(fontSize=FONT_SIZE).encode(text="text:N"))
