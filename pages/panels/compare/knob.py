"""Turn the knob: the difference of both prompts, added to a third one."""

from __future__ import annotations

from functools import partial

from core.charts.layers.skip import before_after
from core.language import _
from core.views.effects import change_rows
from core.views.steering import steered_change
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.compare import said
from pages.panels.compare.params import FACTOR, LAYER, ONTO, OTHER
from pages.panels.compare.sides import read, sides


@panel(
    "compare/knob",
    title=lambda at: _("Can the difference be turned like a knob?"),
    reads=(OTHER, LAYER, FACTOR),
    controls=(ONTO,),
    depth="deeper",
)
def knob(now: Current, at: Values) -> Shown:
    draw_row(at, LAYER, FACTOR)
    both, text = sides(now, at), read(now, at, ONTO)
    found = now.engine.view(steered_change, text, both.a, both.b, at[LAYER], at[FACTOR])
    names = [now.label(i) for i in found.token_ids]
    return Shown(
        chart(
            before_after(
                names, found.before, found.after, (_("as it is"), _("with the difference added"))
            ),
            key="chart_knob",
            alt=_("Probabilities of the next words, before and after."),
        ),
        said.knob(now, found, at[FACTOR]),
        numbers("knob", partial(change_rows, found, now.label)),
        box(
            now, "compare/knob", "compare-knob", shown=[found.before, found.after],
            tolerance=1e-3, ids_a=both.a.token_ids, ids_b=both.b.token_ids,
            ids_text=text.token_ids, layer=at[LAYER], factor=at[FACTOR], tokens=found.token_ids,
        ),
    )  # fmt: skip
