"""The machine's picture as it lies beside the embedded model; see `core.model.stored`."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from core.views.machine import Answer, Look, Machine

#: Fields that are numbers, texts or lists of them.
_PLAIN = ("n_ctx", "at", "n_embd", "n_head", "n_vocab", "positions", "ids", "labels")


def to_plain(made: Machine) -> dict[str, Any]:
    """What JSON can hold of a picture; colours keep three digits."""
    plain = {name: getattr(made, name) for name in _PLAIN}
    halves = np.ascontiguousarray(made.strips, dtype="<f2")
    return plain | {
        "strips": base64.b64encode(halves.tobytes()).decode(),
        "edges": made.edges.tolist(),
        "norms": [round(norm, 4) for norm in made.norms],
        "looks": [[look.head, look.keys, _rounded(look.weights)] for look in made.looks],
        "answers": [_answer(answer) for answer in made.answers],
        "best": [_answer(answer) for answer in made.best],
    }


def _rounded(shares: tuple[float, ...]) -> list[float]:
    return [round(share, 6) for share in shares]


def _answer(answer: Answer) -> list[Any]:
    return [answer.token_id, answer.label, round(answer.prob, 6)]


def from_plain(held: Any) -> Machine | None:
    """The picture that `to_plain` took apart; None if it is none: an aid, no more."""
    try:
        looks = [Look(head, tuple(keys), tuple(weights)) for head, keys, weights in held["looks"]]
        answers, best = ([Answer(*one) for one in held[name]] for name in ("answers", "best"))
        shape = (len(looks) + 1, len(held["positions"]), len(held["edges"]) - 1)
        halves = np.frombuffer(base64.b64decode(held["strips"]), dtype="<f2")
        strips = halves.reshape(shape).astype(np.float32)
        strips.flags.writeable = False
        made = Machine(
            **{name: _as_it_was(held[name]) for name in _PLAIN},
            strips=strips,
            edges=np.array(held["edges"], dtype=np.uint16),
            norms=tuple(held["norms"]),
            looks=tuple(looks),
            answers=tuple(answers),
            best=tuple(best),
        )
        return made if made.at in made.positions else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _as_it_was(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
