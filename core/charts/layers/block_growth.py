"""The length of the residual stream along the stack, and of what each part adds."""

from __future__ import annotations

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import CATEGORIES, axis, legend
from core.language import _


def growth_chart(stream: np.ndarray, attn: np.ndarray, mlp: np.ndarray) -> Figure:
    """The length of the stream along the stack, and of what each part adds.

    Parameters
    ----------
    stream : shape (n_layer + 1,)
    attn, mlp : shape (n_layer,)
    """
    n_layer = len(attn)
    layers = np.arange(n_layer)
    kinds = [_("residual stream"), _("attention adds"), _("MLP adds")]
    columns = {
        # A layer's additions lie between the stream that enters and the one that leaves.
        "x": np.concatenate([np.arange(n_layer + 1), layers + 0.33, layers + 0.67]),
        "length": np.concatenate([stream, attn, mlp]),
        "kind": np.repeat(kinds, [n_layer + 1, n_layer, n_layer]),
    }
    return _lines(n_layer).fill({"rows": columns}, kinds=kinds)


@structure
def _lines(n_layer: int) -> alt.Chart:
    colour = alt.Color(
        "kind:N",
        sort=slot("kinds"),
        legend=legend(None, orient="top", symbolStrokeWidth=4),
        scale=alt.Scale(domain=slot("kinds"), range=list(CATEGORIES[:3])),
    )
    tooltip = [
        alt.Tooltip("kind:N", title=_("what")),
        alt.Tooltip("length:Q", title=_("length"), format=".2f"),
    ]
    y = alt.Y("length:Q", axis=axis(_("length ‖x‖"), tickCount=5))
    return (
        alt.Chart(rows())
        .mark_line(strokeWidth=3, point=alt.OverlayMarkDef(size=50, filled=True))
        .encode(x=_layers(n_layer), y=y, color=colour, tooltip=tooltip)
        .properties(height=320)
    )


def _layers(n_layer: int) -> alt.X:
    return alt.X(
        "x:Q",
        axis=axis(
            _("layer (each number: the stream that enters it)"),
            values=list(range(0, n_layer + 1, 1 if n_layer <= 14 else 4)),
            grid=False,
            format="d",
        ),
        scale=alt.Scale(domain=[0, n_layer], nice=False, padding=12),
    )
