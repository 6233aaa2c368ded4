"""After how many layers has the difference of two texts come to the last token?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.patched import patched, shares
from core.questions.reading import box, clear, named
from core.questions.registry import check


@check(
    "difference_arrives",
    gives="number",
    numbers=("layer", "n_layer", "before", "after", "word", "p_word", "up", "down"),
    places=("row", "place", "token"),
)
def difference_arrives(engine: Backend, prompt: str, *, other: str) -> Found:
    """The number of layers after which the last token's vector alone, taken from the prompt,
    moves the other text's answer by more than half; 0 would be before the first.

    Parameters
    ----------
    other : a text with another answer that ends with the same token
    """
    found = patched(engine, prompt, other)
    whole = shares(engine, found, "resid", found.pairs)
    last, n_layer = whole[:, -1], engine.shape.n_layer
    right = _arrived(last)
    word = int(np.argmax(whole[0, :-1]))  # the token that carries all of it at the input
    ours, theirs = found.pairs[word]
    return Found(
        right=right,
        numbers={
            **told.counts(layer=right, n_layer=n_layer),
            **told.percents(
                before=max(float(last[right - 1]), 0.0), after=float(last[right]),
                p_word=float(whole[0, word]),
            ),
            **named(engine, word=found.a.token_ids[theirs], up=found.up, down=found.down),
        },
        places={"row": right, "place": found.pairs[-1][0], "token": ours},
        traps={0: "start", n_layer: "end"} if right != n_layer else {0: "start"},
        recipe=box(
            engine, "difference_arrives", prompt=prompt, other=other, shown=[[right], last],
            tolerance=2e-3,
        ),
    )  # fmt: skip


def _arrived(last: np.ndarray) -> int:
    """The first row from which the last token carries more than half, to the end."""
    carried = last > 0.5
    row = len(last) - int(np.argmin(carried[::-1])) if not carried.all() else 0
    if row in (0, len(last)):
        raise Refused(
            _("Here the difference is at the last token from the start, or never comes to it."),
            _("Try another pair of texts."),
        )
    clear(float(last[row]), float(last[row - 1]))
    return row
