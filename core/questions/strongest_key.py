"""Where does a token look most?"""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.questions import told
from core.questions.found import Found
from core.questions.looks import look
from core.questions.reading import box, clear, named
from core.questions.registry import check
from core.questions.told import Told


@check(
    "strongest_key",
    gives="click",
    numbers=("head", "looker", "looked", "weight", "first_weight", "previous_weight"),
    places=("layer", "head", "token", "key", "off"),
)
def strongest_key(
    engine: Backend, prompt: str, *, head: str = "farthest", token: int | str = -1
) -> Found:
    """The position that gets most of a token's attention in one head.

    Parameters
    ----------
    head : a name or a wish; see `core.questions.heads`
    token : the one that looks: a position, or a word of the prompt
    """
    seen = look(engine, prompt, head, token)
    at, row, ids = seen.at, seen.row, seen.trace.token_ids
    clear(row[seen.looked], np.partition(row, -2)[-2])
    traps = {0: "first", at - 1: "previous", at: "itself"}
    traps.pop(seen.looked, None)
    first, previous = row[0], row[at - 1]
    shown = [seen.looked, row[seen.looked], first, previous]
    return Found(
        right=seen.looked,
        numbers={
            "head": Told("head", (seen.layer, seen.head)),
            **named(engine, looker=ids[at], looked=ids[seen.looked]),
            **told.percents(weight=shown[1], first_weight=first, previous_weight=previous),
        },
        places=seen.places,
        traps=traps,
        recipe=box(
            engine, "strongest_key", prompt=prompt,
            layer=seen.layer, head=seen.head, token=at, shown=shown,
        ),
    )  # fmt: skip
