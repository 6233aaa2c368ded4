"""When did the embedded model learn to copy: its losses and heads along its training."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from core.charts.attention.learned import learning_lines
from core.language import _
from core.model.history import HEADS, LOSSES, Moment, history
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, chart, side_by_side, text
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.attention import words


@panel("attention/learned", title=lambda at: _("When did it learn to copy?"), depth="deeper")
def learned(now: Current, at: Values) -> Shown:
    moments = history()
    if not moments:
        return Shown(text(_("This embedded model came without the history of its training.")))
    said = words.learned(moments)
    return Shown(
        side_by_side(_heads(moments, said), _losses(moments, said)),
        said,
        recipe=box(
            now, "attention/learned", "attention-copying-heads",
            shown=dict(moments[-1].heads), tolerance=0.01,
        ) if now.is_storyteller else None,
    )  # fmt: skip


def _heads(moments: tuple[Moment, ...], said: str) -> Drawn:
    titles = words.kind_titles()
    lines = {titles[kind]: measured(moments, "heads", kind) for kind in HEADS}
    figure = learning_lines(lines, starts(moments), _("attention of the clearest head"), share=True)
    return chart(figure, key="chart_learned_heads", alt=said)


def _losses(moments: tuple[Moment, ...], said: str) -> Drawn:
    titles = words.sources()
    lines = {titles[source]: measured(moments, "losses", source) for source in LOSSES}
    figure = learning_lines(lines, starts(moments), _("surprise in bits per token"), share=False)
    return chart(figure, key="chart_learned_losses", alt=said)


def measured(moments: tuple[Moment, ...], what: str, name: str) -> list[tuple[int, float]]:
    """(tokens, value) wherever one thing was measured."""
    found: list[tuple[int, Mapping[str, float]]] = [(m.tokens, getattr(m, what)) for m in moments]
    return [(tokens, of[name]) for tokens, of in found if name in of]


def starts(moments: tuple[Moment, ...]) -> list[int]:
    """Tokens read at the end of each run but the last."""
    return [
        before.tokens for before, after in itertools.pairwise(moments) if after.run != before.run
    ]
