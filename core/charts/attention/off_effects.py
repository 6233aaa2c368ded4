"""What each head alone matters to the prediction."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import ACCENT, axis, legend
from core.language import _


def effect_grid(effects: np.ndarray, chosen: tuple[int, int]) -> Figure:
    """What each head alone matters to the prediction, in bits.

    Parameters
    ----------
    effects : shape (n_layer, n_head), KL divergence in bits
    chosen : (layer, head) to mark
    """
    layers, heads = np.indices(effects.shape)
    marked = np.zeros(effects.shape, dtype=bool)
    marked[chosen] = True
    columns = {
        "layer": layers.ravel(),
        "head": heads.ravel(),
        "bits": effects.ravel(),
        "chosen": marked.ravel(),
    }
    domain = [0, max(float(effects.max()), 1e-6)]
    return _grid().fill({"rows": columns}, height=max(160, 28 * len(effects)), domain=domain)


@structure
def _grid() -> alt.LayerChart:
    base = alt.Chart(rows()).encode(
        x=alt.X("head:O", axis=axis(_("head"), labelAngle=0)),
        y=alt.Y("layer:O", axis=axis(_("layer"), labelOverlap=False)),
        tooltip=[
            alt.Tooltip("layer:O", title=_("layer")),
            alt.Tooltip("head:O", title=_("head")),
            alt.Tooltip("bits:Q", title=_("change in bits"), format=".3f"),
        ],
    )
    scale = alt.Scale(domain=slot("domain"))
    bits = legend(_("change, bits"), format=".2~f")
    cells = base.mark_rect().encode(color=alt.Color("bits:Q", scale=scale, legend=bits))
    mark = base.transform_filter(alt.datum.chosen).mark_rect(
        filled=False, strokeWidth=3, stroke=ACCENT
    )
    return alt.layer(cells, mark)
