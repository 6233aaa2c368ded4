"""What each token costs after the one and after the other prompt's beginning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from core.charts.compare.surprise import surprise_bars
from core.errors import LearnerError
from core.language import _
from core.sampling.surprise import score_window
from core.views.trace import Trace
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import told
from pages.panels.compare.params import OTHER
from pages.panels.compare.sides import Sides, sides
from pages.panels.compare.told import Column

#: Columns that are drawn, from the token before the difference on.
_DRAWN = 20


@panel(
    "compare/surprise",
    title=lambda at: _("Which tokens surprise more?"),
    reads=(OTHER,),
    depth="deeper",
)
def surprise(now: Current, at: Values) -> Shown:
    both = sides(now, at)
    a, b = (_bits(now, text) for text in (both.a, both.b))
    columns = _columns(both, a, b)
    first = max(0, both.found.start - 1)
    seen = columns[first : first + _DRAWN]
    return Shown(
        chart(
            surprise_bars(
                [one.name(now.label) for one in seen],
                np.array([one.bits_a for one in seen]),
                np.array([one.bits_b for one in seen]),
                (_("in B"), _("in A")),
            ),
            key="chart_compare_surprise",
            alt=_("Surprise of each token in bits, in both prompts."),
        ),
        told.surprise(now, columns, len(columns) - first - len(seen)),
        numbers("compare-surprise", partial(told.surprise_rows, columns, now.label)),
        box(
            now, "compare/surprise", "compare-surprise", shown=[a[1:].tolist(), b[1:].tolist()],
            ids_a=both.a.token_ids, ids_b=both.b.token_ids,
        ),
    )  # fmt: skip


def _bits(now: Current, text: Trace) -> np.ndarray:
    """Surprise of a text's tokens; nan for the first, which nothing stands before."""
    if text.n_ctx < 2:
        raise LearnerError(
            _("A prompt of one token has nothing that could be expected or surprise."),
            _("Add a word to it."),
        )
    return np.concatenate([[np.nan], now.engine.view(score_window, text.token_ids).surprisal])


def _columns(both: Sides, a: np.ndarray, b: np.ndarray) -> list[Column]:
    """All tokens of both texts from left to right, partners in one column."""
    made: list[Column] = []
    ids_a, ids_b = both.a.token_ids, both.b.token_ids
    for ours, theirs in _places(both):
        made.append(
            Column(
                None if theirs is None else ids_a[theirs],
                None if ours is None else ids_b[ours],
                np.nan if theirs is None else float(a[theirs]),
                np.nan if ours is None else float(b[ours]),
            )
        )
    return made


def _places(both: Sides) -> Sequence[tuple[int | None, int | None]]:
    """(position in B, position in A), None where a token has no partner."""
    start, paired = both.found.start, list(both.found.pairs)
    behind = paired[start:]
    ours, theirs = behind[0] if behind else (both.b.n_ctx, both.a.n_ctx)
    alone = [(i, None) for i in range(start, ours)] + [(None, i) for i in range(start, theirs)]
    return [*paired[:start], *alone, *behind]
