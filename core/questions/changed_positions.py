"""Two words change places: whose vectors can change?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box
from core.questions.registry import check
from core.questions.swapped import Swapped, swapped
from core.tokens.label import label
from core.views.swap import change_between


@check(
    "changed_positions",
    gives="number",
    numbers=("first", "second", "position", "changed", "unchanged", "largest_before"),
    places=("swap_one", "swap_other", "token"),
)
def changed_positions(
    engine: Backend, prompt: str, *, first: int | str | None = None, second: int | str | None = None
) -> Found:
    """The first position whose vectors change: that of the first word. Nobody looks ahead.

    Parameters
    ----------
    first, second : a word, or its number counted from zero; None for two that are worth it
    """
    pair = swapped(engine, prompt, first, second)
    start = _start(pair)
    moved = engine.view(change_between, pair.trace, engine.trace(pair.after)).max(axis=0)
    n = int(np.count_nonzero(moved[start:] > moved[:start].max() + 1e-4))
    return Found(
        right=start,
        numbers={
            **_words(pair),
            **told.counts(position=start, changed=n, unchanged=start),
            **told.percents(largest_before=_rounded(moved[:start].max())),
        },
        places={"swap_one": str(pair.one), "swap_other": str(pair.other), "token": start},
        traps={0: "all", pair.second.start: "second"},
        recipe=box(
            engine, "changed_positions", token_ids=pair.trace.token_ids, swapped=pair.after,
            shown=[[start], moved],
        ),
    )  # fmt: skip


def _start(pair: Swapped) -> int:
    """The first position of the first word; something must stand before it."""
    if pair.first.start:
        return pair.first.start
    raise Refused(
        _("Nothing stands before the first of these words, so nothing could stay as it is."),
        _("Choose a later word."),
    )


def _words(pair: Swapped) -> dict[str, told.Told]:
    pieces = pair.trace.pieces
    texts = ["".join(pieces[i] for i in word) for word in (pair.first, pair.second)]
    return {n: told.Told("word", label(t)) for n, t in zip(("first", "second"), texts, strict=True)}


def _rounded(moved: float) -> float:
    """Nothing, where it is no more than the last digit of another order of the arithmetic."""
    return 0.0 if moved < 1e-5 else float(moved)
