"""Who wrote a logit: bars of what the embedding, each layer and the biases add."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.figure import Figure, rows, slot, structure
from core.charts.theme import CATEGORIES, axis, legend, upright
from core.language import _

#: A bar: its group on the axis, its slot within that ("a" or "b"), its kind, its value.
Bar = tuple[str, str, str, float]


def attribution_parts(
    embedding: tuple[float, float],
    attn: np.ndarray,
    mlp: np.ndarray,
    biases: tuple[float, float],
    total: float,
    own: float,
) -> list[Bar]:
    """The bars of an attribution, from the embedding to the sum.

    Parameters
    ----------
    embedding : what the token's and the position's row add
    attn, mlp : shape (n_layer,)
    biases : of all layers together, and of `ln_f`
    total : the sum of all parts
    own : the model's own number
    """
    kinds = [_("embedding"), _("attention"), _("MLP"), _("biases"), _("sum"), _("model")]
    ends = _("embed."), _("biases"), _("sum")
    bars = [(ends[0], slot, kinds[0], v) for slot, v in zip("ab", embedding, strict=True)]
    for layer, pair in enumerate(zip(attn, mlp, strict=True)):
        bars += [
            (f"L{layer}", slot, kind, float(v))
            for slot, kind, v in zip("ab", kinds[1:3], pair, strict=True)
        ]
    bars += [(ends[1], slot, kinds[3], v) for slot, v in zip("ab", biases, strict=True)]
    return [*bars, (ends[2], "a", kinds[4], total), (ends[2], "b", kinds[5], own)]


def groups_and_kinds(bars: Sequence[Bar]) -> tuple[list[str], list[str]]:
    """Their names, each once, in order."""
    groups, _slots, kinds, _values = zip(*bars, strict=True)
    return list(dict.fromkeys(groups)), list(dict.fromkeys(kinds))


def attribution_bars(bars: Sequence[Bar], unit: str) -> Figure:
    """Contributions to a logit, side by side along the stack.

    Parameters
    ----------
    bars : as `attribution_parts` returns them
    unit : the axis title
    """
    groups, kinds = groups_and_kinds(bars)
    columns = dict(zip(("group", "slot", "kind", "value"), zip(*bars, strict=True), strict=True))
    tables = {"rows": columns, "zero": {"zero": [0]}}
    return _bars(unit, len(groups) > 16).fill(
        tables, groups=groups, kinds=kinds, colours=CATEGORIES[: len(kinds)]
    )


@structure
def _bars(unit: str, many: bool) -> alt.LayerChart:
    x = alt.X(
        "group:N",
        sort=slot("groups"),
        axis=axis(None, labelOverlap=False, **upright(always=many)),
    )
    colour = alt.Color(
        "kind:N",
        sort=slot("kinds"),
        legend=legend(None, orient="top", columns=3),
        scale=alt.Scale(domain=slot("kinds"), range=slot("colours")),
    )
    tooltip = [
        alt.Tooltip("group:N", title=_("where")),
        alt.Tooltip("kind:N", title=_("part")),
        alt.Tooltip("value:Q", title=_("adds"), format="+.3f"),
    ]
    offset = alt.XOffset("slot:N", sort=["a", "b"])
    y = alt.Y("value:Q", axis=axis(unit, tickCount=6))
    bars = alt.Chart(rows()).mark_bar(cornerRadiusEnd=2)
    bars = bars.encode(x=x, xOffset=offset, y=y, color=colour, tooltip=tooltip)
    zero = alt.Chart(rows("zero")).mark_rule(opacity=0.7).encode(y="zero:Q")
    return alt.layer(bars, zero).properties(height=270)
