"""A dot product, dimension by dimension: the vectors as strips, their products as bars."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import BLUE, ORANGE, axis, legend, signed_scale
from core.language import _


def product_bars(products: np.ndarray) -> Figure:
    """q_i k_i for each dimension of a head.

    Parameters
    ----------
    products : shape (d_head,)
    """
    signs = (_("pulls up"), _("pulls down"))
    columns = {
        "dimension": range(len(products)),
        "product": products,
        "sign": [signs[int(v < 0)] for v in products.tolist()],
    }
    return _bars(signs).fill({"rows": columns}, height=200)


@structure
def _bars(signs: tuple[str, str]) -> alt.LayerChart:
    across = axis(_("dimension i of the head"), labelAngle=0, labelOverlap=True)
    bars = alt.Chart(rows()).mark_bar()
    # A layer: Streamlit gives the legend of a bare mark a title of one space.
    return alt.layer(
        bars.encode(
            x=alt.X("dimension:O", axis=across),
            y=alt.Y("product:Q", axis=axis("qᵢ · kᵢ", tickCount=5)),
            color=alt.Color(
                "sign:N",
                scale=alt.Scale(domain=list(signs), range=[ORANGE, BLUE]),
                legend=legend(None, orient="top"),
            ),
            tooltip=[
                alt.Tooltip("dimension:O", title=_("dimension")),
                alt.Tooltip("product:Q", title="qᵢ · kᵢ", format=".4f"),
            ],
        )
    )


def vector_strips(vectors: Sequence[tuple[str, np.ndarray]]) -> Figure:
    """Vectors of one length as strips under each other, each scaled to its own largest value.

    Parameters
    ----------
    vectors : (name, values of shape (d,))
    """
    names, values = [name for name, _v in vectors], np.stack([v for _name, v in vectors])
    largest = np.abs(values).max(-1, keepdims=True, initial=0.0)
    columns = {
        "vector": np.repeat(names, values.shape[1]).tolist(),
        "dimension": np.tile(np.arange(values.shape[1]), len(names)),
        "value": values.ravel(),
        "share": (values / np.where(largest, largest, 1.0)).ravel(),
    }
    return _strips().fill({"rows": columns}, height=34 * len(names) + 70, names=names)


@structure
def _strips() -> alt.Chart:
    across = axis(_("dimension"), labelAngle=0, labelOverlap=True)
    return (
        alt.Chart(rows())
        .mark_rect()
        .encode(
            x=alt.X("dimension:O", axis=across, scale=alt.Scale(padding=0)),
            y=alt.Y("vector:N", sort=slot("names"), axis=axis(labelLimit=200)),
            color=alt.Color("share:Q", scale=signed_scale(1.0), legend=None),
            tooltip=[
                alt.Tooltip("vector:N", title=_("vector")),
                alt.Tooltip("dimension:O", title=_("dimension")),
                alt.Tooltip("value:Q", title=_("value"), format=".4f"),
            ],
        )
    )
