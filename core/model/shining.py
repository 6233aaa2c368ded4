"""Where the embedded model shines: what the pages open with, so that their lesson is strong.

Prompts from which it copies, the head and the token of each prompt that are worth a look, the
heads it cannot do without, the seed that writes best. Found by ``python -m training.shining``
and stored beside the weights with their fingerprint; other weights' results are never used.
Importing this file takes no torch.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from core.model.catalogue import STORYTELLER
from core.model.stored import fingerprint

NAME = "shining.json"


@dataclass(frozen=True)
class State:
    """What one prompt is worth looking at for.

    Attributes
    ----------
    token, layer, head, key : the token that looks, the head, and the token it looks at
    weight : that share of its attention
    off : (layer, head) of the fewest heads found without which the model answers otherwise, or
        of the one that it needs most
    bits : how far the prediction moves without them
    """

    token: int
    layer: int
    head: int
    key: int
    weight: float
    off: tuple[tuple[int, int], ...]
    bits: float


@dataclass(frozen=True)
class Shining:
    """All that is stored; empty where nothing is.

    Attributes
    ----------
    states : by prompt
    seeds : by prompt, the seed whose text reads best
    copies : by kind, "name" or "words": the prompt that the model copies from most surely
    pair : a word and two sentences in which its vectors part most; see `core.views.meeting_pairs`
    """

    states: Mapping[str, State] = field(default_factory=dict)
    seeds: Mapping[str, int] = field(default_factory=dict)
    copies: Mapping[str, str] = field(default_factory=dict)
    pair: tuple[str, str, str] | None = None


@lru_cache(maxsize=4)
def shining(folder: Path = STORYTELLER) -> Shining:
    """What is stored with the weights that lie in `folder`."""
    try:
        held = json.loads((folder / NAME).read_text(encoding="utf-8"))
        return _read(held) if held["weights"] == fingerprint(folder) else Shining()
    except (OSError, ValueError, KeyError, TypeError):  # an aid, no more
        return Shining()


def _read(held: Any) -> Shining:
    copies: dict[str, str] = {}
    for copy in held["copies"]:  # the most certain first
        copies.setdefault(copy["kind"], copy["prompt"])
    word, one, other = held["pair"]
    return Shining(
        {prompt: _state(state) for prompt, state in held["states"].items()},
        {text["prompt"]: text["seed"] for text in held["texts"]},
        copies,
        (word, one, other),
    )


def _state(state: Any) -> State:
    return State(**{**state, "off": tuple((layer, head) for layer, head in state["off"])})
