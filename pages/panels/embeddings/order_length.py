"""How long each position's vector is."""

from __future__ import annotations

from core.charts.embeddings.order_length import position_norms
from core.language import _
from core.numbers import Number, count
from core.views.positions import position_norms as norms_of
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart
from pages.kit.panel import Shown
from pages.kit.params import Values


def length(now: Current, at: Values) -> Shown:
    found = now.engine.view(norms_of)
    return Shown(
        chart(
            position_norms(found),
            key="chart_position_norms",
            alt=_("Length of the position vectors from {low:.2f} to {high:.2f}.").format(
                low=Number(found.min()), high=Number(found.max())
            ),
        ),
        _(
            "Position 0 has length {first:.3f}, position {n} has {last:.3f}; the mean is"
            " {mean:.3f}."
        ).format(
            first=Number(found[0]),
            n=count(len(found) - 1),
            last=Number(found[-1]),
            mean=Number(found.mean()),
        ),
        recipe=box(now, "embeddings/order_length", "embeddings-position-norms", shown=found),
    )
