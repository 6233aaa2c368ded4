"""May a token look at one that comes after it?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.looks import look
from core.questions.reading import box, named, place_of
from core.questions.registry import check
from core.questions.told import Told
from core.views.trace import Trace


@check(
    "future_weight",
    gives="choice",
    outcomes=("no", "yes"),
    numbers=("head", "early", "late", "weight", "n_zero"),
    places=("layer", "head", "token", "key", "off"),
)
def future_weight(
    engine: Backend,
    prompt: str,
    *,
    head: str = "farthest",
    early: int | str | None = None,
    late: int | str = -1,
) -> Found:
    """The weight that an earlier token gives to a later one: exactly nothing.

    Parameters
    ----------
    head : a name or a wish; see `core.questions.heads`
    early, late : positions or words; early None for one in the middle of the prompt
    """
    seen = look(engine, prompt, head)
    one, two = _ends(engine, seen.trace, early, late)
    pattern = engine.attention(seen.trace, seen.layer).weights(seen.head)
    weight = float(pattern[one, two])
    n_zero = int(np.count_nonzero(np.triu(pattern == 0.0, 1)))
    ids = seen.trace.token_ids
    place = {"layer": seen.layer, "head": seen.head, "early": one, "late": two}
    return Found(
        right="yes" if weight else "no",
        numbers={
            "head": Told("head", (seen.layer, seen.head)),
            **named(engine, early=ids[one], late=ids[two]),
            **told.percents(weight=weight) | told.counts(n_zero=n_zero),
        },
        places={**seen.places, "token": one, "key": two},
        recipe=box(engine, "future_weight", prompt=prompt, shown=[weight, n_zero], **place),
    )


def _ends(
    engine: Backend, trace: Trace, early: int | str | None, late: int | str
) -> tuple[int, int]:
    """The positions of the two tokens."""
    one = trace.n_ctx // 2 if early is None else place_of(engine, trace, early)[-1]
    two = place_of(engine, trace, late).start
    if one >= two:
        raise Refused(
            _("The first of these words does not stand before the second."),
            _("Choose a later word for the second."),
        )
    return one, two
