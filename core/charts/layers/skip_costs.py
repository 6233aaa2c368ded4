"""What each part of each layer is worth: the change of the prediction without it."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from core.charts.figure import Figure, rows, slot, structure
from core.charts.layers.skip import kinds_in_colour
from core.charts.theme import axis, upright
from core.language import _


def skip_costs(attn: Sequence[float], mlp: Sequence[float]) -> Figure:
    """How much the prediction changes when one part alone is left out; (n_layer,) in bits."""
    kinds = [_("attention left out"), _("MLP left out")]
    layers = [f"L{i}" for i in range(len(attn))]
    columns = {
        "layer": layers * 2,
        "kind": [kind for kind in kinds for _layer in layers],
        "bits": [*map(float, attn), *map(float, mlp)],
    }
    return _bars(len(attn) >= 25).fill({"rows": columns}, kinds=kinds, layers=layers)


@structure
def _bars(many: bool) -> alt.Chart:
    x = alt.X("layer:N", sort=slot("layers"), axis=axis(None, **upright(always=many)))
    title = _("change (bits)")
    return (
        alt.Chart(rows())
        .mark_bar(cornerRadiusEnd=2)
        .encode(
            x=x,
            xOffset=alt.XOffset("kind:N", sort=slot("kinds")),
            y=alt.Y("bits:Q", axis=axis(title, tickCount=5)),
            color=kinds_in_colour(),
            tooltip=[
                alt.Tooltip("layer:N", title=_("layer")),
                alt.Tooltip("kind:N", title=_("what")),
                alt.Tooltip("bits:Q", title=title, format=".3f"),
            ],
        )
        .properties(height=300)
    )
