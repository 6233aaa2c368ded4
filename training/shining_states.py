"""What each prompt of the app is worth looking at for: a head, a token, heads to switch off.

A look counts if it is strong, some way back, and at a word. Those that a reader can check come
first: at the very word that stands next in the text (the head copies), then at what followed the
same token before (it has looked it up), then any look of the last token, then any at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

from core.engine.engine import Engine
from core.views.effects import change_without
from core.views.trace import Trace

#: A look is strong from this share of a token's attention on.
STRONG = 0.5
#: A look at the first token, where heads rest, or so near does not count.
_NEAR = 3
#: So many heads are switched off at most until the answer is another one, or the prediction has
#: moved by so many bits.
_MOST_OFF = 4
_FAR = 0.5


class Look(NamedTuple):
    """One weight of one head; sorted, the best comes last."""

    group: int
    weight: float
    query: int
    key: int
    layer: int
    head: int


def _group(trace: Trace, query: int, key: int) -> int:
    ids = (*trace.token_ids, int(trace.logits.argmax()))
    if ids[key] == ids[query + 1]:
        return 3
    if ids[key - 1] == ids[query]:
        return 2
    return 1 if query == trace.n_ctx - 1 else 0


def looks(engine: Engine, trace: Trace) -> Iterator[Look]:
    """All looks of all heads that count, however weak."""
    words = [piece.strip().isalnum() for piece in trace.pieces]
    for layer in range(trace.n_layer):
        attention = engine.attention(trace, layer)
        for head in range(engine.shape.n_head):
            weights = attention.weights(head)
            for query in range(_NEAR + 1, trace.n_ctx):
                for key in range(1, query - _NEAR + 1):
                    if words[key]:
                        group = _group(trace, query, key)
                        yield Look(group, float(weights[query, key]), query, key, layer, head)


def best_look(found: Sequence[Look]) -> Look | None:
    """The strong look of the first group that has one; else the strongest of all."""
    if not found:
        return None
    return max([look for look in found if look.weight >= STRONG], default=max(found, key=_weight))


def _weight(look: Look) -> float:
    return look.weight


def needed(engine: Engine, trace: Trace) -> tuple[list[tuple[int, int]], float]:
    """Heads without which the model answers quite otherwise, the most needed first; and the bits.

    To those that are off comes each time the one that moves the prediction most beside them: heads
    stand in for each other, and two that matter little alone may matter much together. If the
    answer stays whatever is taken, the most needed one is all there is to show.
    """
    heads = list(product(range(trace.n_layer), range(engine.shape.n_head)))
    off: list[tuple[int, int]] = []
    first = 0.0
    while len(off) < _MOST_OFF:
        changes = {
            head: engine.view(change_without, trace, frozenset([*off, head]))
            for head in heads
            if head not in off
        }
        off.append(max(changes, key=lambda head: changes[head].divergence))
        change = changes[off[-1]]
        first = first or float(change.divergence)
        if change.best_after != change.best_before or change.divergence > _FAR:
            return off, float(change.divergence)
    return off[:1], first


def states(engine: Engine, prompts: Sequence[str]) -> dict[str, dict[str, Any]]:
    """What is worth looking at, by prompt; prompts too short for any look are left out."""
    made = {}
    for prompt in prompts:
        trace = engine.trace(prompt)
        look = best_look(list(looks(engine, trace)))
        if look is None:
            continue
        off, bits = needed(engine, trace)
        made[prompt] = {
            "token": look.query, "layer": look.layer, "head": look.head, "key": look.key,
            "weight": round(look.weight, 4), "off": off, "bits": round(bits, 4),
        }  # fmt: skip
    return made
