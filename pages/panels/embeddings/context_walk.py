"""One token's way through the layers."""

from __future__ import annotations

from collections.abc import Iterator

from core.charts.embeddings.context import by_stage
from core.charts.embeddings.context_walk import walk_table
from core.language import _
from core.numbers import Number
from core.tokens.label import label
from core.views.walk import Walk
from core.views.walk import walk as walk_of
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, side_by_side, text
from pages.kit.panel import Shown
from pages.panels.embeddings import words

RANKS = 5


def walk(now: Current, position: int) -> Iterator[Shown]:
    found = now.engine.view(walk_of, now.trace(), position, RANKS)
    table = chart(
        walk_table([[label(p) for p in row] for row in found.pieces], found.values),
        key="chart_walk_table",
        alt=_("The {n} nearest tokens at each layer.").format(n=RANKS),
    )
    name = text(_("Token {n}: {token}").format(n=position, token=now.labels[position]))
    yield Shown(
        below(name, side_by_side(_cosine(found), _length(found)), table),
        words.walk(found),
        recipe=box(
            now, "embeddings/context_walk", "embeddings-walk",
            shown={"own": found.cosine, "norm": found.norm, "best": found.values},
            position=position, top=RANKS,
        ),
    )  # fmt: skip


def _cosine(found: Walk) -> Drawn:
    return chart(
        by_stage(found.cosine, _("cosine with its own embedding"), share=True),
        key="chart_walk_cosine",
        alt=_("Cosine with the token's own embedding from {first:.2f} to {last:.2f}.").format(
            first=Number(found.cosine[0]), last=Number(found.cosine[-1])
        ),
    )


def _length(found: Walk) -> Drawn:
    return chart(
        by_stage(found.norm, _("length of the vector")),
        key="chart_walk_norm",
        alt=_("Length of the vector from {first:.1f} to {last:.1f}.").format(
            first=Number(found.norm[0]), last=Number(found.norm[-1])
        ),
    )
