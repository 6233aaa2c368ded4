"""Two prompts, and how far each piece of the one moves the other's answer: for two questions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.questions.found import Refused
from core.views.patching import Pair, aligned, cells_of, patch_shares, places, words_apart
from core.views.patching_work import is_long, work_of
from core.views.softmax import softmax
from core.views.trace import Trace

#: Tokens that are tried, from the first difference on; as many as the page has columns.
MOST_PLACES = 16
#: A word counts if one text makes it more probable by so much.
_CLEARLY = 0.1


@dataclass(frozen=True, eq=False)
class Patched:
    """The two prompts.

    Attributes
    ----------
    a, b : the prompt, and the other one
    up, down : what A makes more probable than B by most, and less
    pairs : (position in B, position in A) from the first difference on; the last is the last token
    """

    a: Trace
    b: Trace
    up: int
    down: int
    pairs: tuple[Pair, ...]


def patched(engine: Backend, prompt: str, other: str) -> Patched:
    """Both prompts read; refuses those whose answers hardly differ, or that differ at the end.

    Parameters
    ----------
    other : the text into which pieces of the prompt's pass are put
    """
    a, b = engine.trace(prompt), engine.trace(other)
    pairs = places(aligned(a.token_ids, b.token_ids), MOST_PLACES)
    up, down = words_apart(a.logits, b.logits)
    p, q = softmax(a.logits), softmax(b.logits)
    if a.token_ids[-1] != b.token_ids[-1] or len(pairs) < 2:
        raise Refused(
            _("The two texts differ at their last token: there is no way that a difference goes."),
            _("Let them end with the same word."),
        )
    if min(p[up] - q[up], q[down] - p[down]) < _CLEARLY:
        raise Refused(
            _("The answers to the two texts hardly differ."),
            _("Try another pair of texts."),
        )
    return Patched(a, b, up, down, pairs)


def shares(engine: Backend, found: Patched, kind: str, pairs: tuple[Pair, ...]) -> np.ndarray:
    """How far each cell moves the answer; shape (rows, len(pairs)). Refuses a long grid."""
    n_layer = engine.shape.n_layer
    cells = cells_of(n_layer + (kind == "resid"), pairs)
    if is_long(cells, lambda cell: work_of(cell[0], found.b.n_ctx - cell[1], engine.shape)):
        raise Refused(
            _("To put in every vector of this model would take too long."),
            _("Choose a smaller model, or shorter texts."),
        )
    return engine.view(patch_shares, found.a, found.b, cells, kind).reshape(-1, len(pairs))
