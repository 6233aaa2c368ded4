"""Who leads, layer by layer: the final favourites, followed through the lens."""

from __future__ import annotations

from functools import partial

from core.charts.layers.race import race_chart
from core.language import _
from core.views.logit_lens import lens_rows
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.layers import asked, words
from pages.panels.layers.params import PIECE, RACE, WATCH

#: How many of the likeliest tokens run, beside the watched one.
_RUNNERS = 5


@panel(
    "layers/race",
    title=lambda at: _("Who leads, layer by layer?"),
    reads=(TOKEN, WATCH, PIECE),
    controls=(RACE,),
    depth="deeper",
)
def race(now: Current, at: Values) -> Shown:
    position, measure = at[TOKEN], at[RACE]
    own = asked.read_at(now, position)
    best = asked.likeliest(now, position)[:_RUNNERS]
    runners = tuple(dict.fromkeys([*best, at[PIECE]]))
    got = now.engine.logit_lens(now.trace(), position, position + 1, asked.TOP, runners)
    shown = (got.watched_probs if measure == "probability" else got.watched_ranks)[:, 0]
    names = words.unique([now.label(i) for i in runners])
    return Shown(
        chart(
            race_chart(names, shown, measure),
            key="chart_race",
            alt=_("Lines of the {n} likeliest next tokens over the layers.").format(n=len(names)),
        ),
        words.race(now, own, names),
        numbers("race", partial(lens_rows, got, now.tokens, now.label)),
        box(
            now, "layers/race", "layers-race",
            shown=shown, position=position, tokens=runners, measure=measure,
        ),
    )  # fmt: skip
