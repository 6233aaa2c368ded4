"""The machine as its component draws it: the numbers of the picture, and what is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.charts.overview.machine_words import words
from core.charts.theme import CATEGORIES
from core.language import _
from core.numbers import percent, short
from core.views.machine import Answer, Machine

#: While it plays, a sentence is read at so many blocks at most; the others pass by.
STOPS = 8


@dataclass(frozen=True, eq=False)
class Opened:
    """One block, opened in place.

    Attributes
    ----------
    layer : counted from zero
    patterns : shape (n_head, s, s), uint8; a small picture of each head's pattern
    kinds : one for each head; what kind of looking it does
    neurons : name, loudness in words and share of the loudest, words that it raises
    lines : what is said of the vector's length
    """

    layer: int
    patterns: np.ndarray
    kinds: Sequence[str]
    neurons: Sequence[tuple[str, str, float, str]]
    lines: Sequence[str]


def drawn(
    made: Machine, steps: Sequence[str], opened: Opened | None = None, *, live: bool = True
) -> tuple[dict[str, Any], list[np.ndarray]]:
    """What the component draws.

    Parameters
    ----------
    made : the picture's numbers
    steps : what is said at each stage: text, vector, each block, next word, and the way back
    opened : the block that is open
    live : whether tokens, blocks and words can be chosen

    Returns
    -------
    head, arrays
        What JSON can hold; then strips and edges, and the patterns of the open block.
    """
    head = {
        "tokens": _tokens(made),
        "after": made.n_ctx - 1 - made.positions[-1],
        "at": made.row,
        "layers": made.n_layer,
        "bins": len(made.edges) - 1,
        "looks": [_look(made, i) for i in range(made.n_layer)],
        "norms": [short(norm) for norm in made.norms],
        "answers": [_answer(answer) for answer in made.answers],
        "best": [[*_answer(answer), round(answer.prob, 4)] for answer in made.best],
        "steps": list(steps),
        "stops": stops(made),
        "live": live,
        "write": live and made.is_last,
        "colours": list(CATEGORIES),
        "words": words(made),
        "open": None if opened is None else _opened(opened),
    }
    arrays = [np.ascontiguousarray(made.strips), made.edges]
    return head, arrays if opened is None else [*arrays, opened.patterns]


def _tokens(made: Machine) -> list[dict[str, Any]]:
    """Position, id, text, and how many tokens are folded away before each."""
    before = (-1, *made.positions[:-1])
    return [
        {"n": n, "id": str(token_id), "t": text, "folded": n - last - 1}
        for n, token_id, text, last in zip(
            made.positions, made.ids, made.labels, before, strict=True
        )
    ]


def _look(made: Machine, layer: int) -> dict[str, Any]:
    look = made.looks[layer]
    shown = [
        (made.positions.index(key), weight)
        for key, weight in zip(look.keys, look.weights, strict=True)
        if key in made.positions
    ]
    said = _("Block {layer}, head {head}: “{query}” looks at “{key}” with {share}")
    at = made.labels[made.row]
    return {
        "head": look.head,
        "rows": [row for row, _weight in shown],
        "weights": [round(weight, 4) for _row, weight in shown],
        "shares": [percent(weight, 0) for _row, weight in shown],
        "say": [
            said.format(
                layer=layer, head=look.head, query=at, key=made.labels[row], share=percent(weight)
            )
            for row, weight in shown
        ],
    }


def _answer(answer: Answer) -> list[str]:
    return [answer.label, percent(answer.prob)]


def _opened(opened: Opened) -> dict[str, Any]:
    return {
        "layer": opened.layer,
        "size": opened.patterns.shape[-1],
        "kinds": list(opened.kinds),
        "neurons": [list(neuron) for neuron in opened.neurons],
        "lines": list(opened.lines),
    }


def stops(made: Machine) -> list[int]:
    """Blocks at which a sentence is read while it plays: where the answer changes, or it looks far.

    Returns
    -------
    At most `STOPS` layers, in order; the last block is one of them.
    """
    if made.n_layer <= STOPS:
        return list(range(made.n_layer))
    ids = [answer.token_id for answer in made.answers]

    def matters(layer: int) -> tuple[bool, float]:
        return ids[layer] != ids[layer + 1], made.looks[layer].weights[0]

    ranked = sorted(range(made.n_layer - 1), key=matters, reverse=True)
    return sorted([*ranked[: STOPS - 1], made.n_layer - 1])
