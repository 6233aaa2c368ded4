"""How the embedded model came to what it can: losses and copying heads along its training.

Measured while it was trained and stored beside its weights by `training.history`.
Importing this file takes no torch.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from core.model.catalogue import STORYTELLER

NAME = "history.json"
LOSSES = ("stories", "novels", "glosses")
HEADS = ("previous", "induction")

#: The file has nats, as training does; the app speaks of bits.
_NAT = math.log(2)


@dataclass(frozen=True)
class Moment:
    """What was measured at one moment of the training.

    Attributes
    ----------
    run : the training was done in runs, each from the weights of the one before; 0 is the first
    tokens : read until then, from the very beginning
    losses : source -> bits per token, on text that the model does not learn from
    heads : "previous" or "induction" -> the clearest head's share of attention, in [0, 1]
    saved : bits that a random word costs less when its sequence comes a second time, or None
    """

    run: int
    tokens: int
    losses: dict[str, float]
    heads: dict[str, float]
    saved: float | None


@lru_cache(maxsize=4)
def history(folder: Path = STORYTELLER) -> tuple[Moment, ...]:
    """All moments, first one first; empty where none are stored."""
    try:
        points = json.loads((folder / NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return ()
    return tuple(
        Moment(
            point["run"],
            point["tokens"],
            {name: point[name] / _NAT for name in LOSSES if name in point},
            {name: point[name] for name in HEADS if name in point},
            point["saved"] / _NAT if "saved" in point else None,
        )
        for point in points
    )


def rise(moments: tuple[Moment, ...], kind: str = "induction", half: float = 0.5) -> int | None:
    """The index of the first moment at which a kind of head passed `half`, None if it never did."""
    found = (i for i, moment in enumerate(moments) if moment.heads.get(kind, 0.0) >= half)
    return next(found, None)
