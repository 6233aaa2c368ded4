"""What comes next: the most probable tokens."""

from __future__ import annotations

from core.charts.overview.next import next_token_bars
from core.language import _
from core.numbers import count, percent
from core.views.journey import TOP, journey
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.words import plain


@panel("overview/next", title=lambda at: _("What comes next?"))
def next_(now: Current, at: Values) -> Shown:
    found = now.engine.view(journey, now.trace())
    bars = next_token_bars([now.label(i) for i in found.next_ids], found.next_probs)
    alt = _("Bars of the {n} most probable next tokens.").format(n=TOP)
    return Shown(
        chart(bars, key="chart_next", alt=alt),
        _(
            "“{best}” leads with {p}. These {n} tokens hold {share}; the other {rest} share what is"
            " left."
        ).format(
            best=plain(now.label(found.next_ids[0])),
            p=percent(found.next_probs[0]),
            n=TOP,
            share=percent(sum(found.next_probs)),
            rest=count(now.engine.shape.n_vocab - TOP),
        ),
        recipe=box(
            now, "overview/next", "overview-next-token",
            shown=list(found.next_probs), top=len(found.next_probs),
        ),
    )  # fmt: skip
