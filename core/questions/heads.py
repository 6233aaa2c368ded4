"""Which head a question is about: a name, or a wish that is met on this prompt and this model.

A lesson may ask for "L3.H7", but what that head does is true of one checkpoint only. A wish
finds a head by what it does here: "previous" and "induction" by the score over the prompt
(`core.views.head_kinds`) times the weight in the row that is asked about, "farthest" as the
attention page does, "loud_useless" and "costliest" by switching every head off alone.
"""

from __future__ import annotations

import re

import numpy as np

from core.engine.backend import Backend
from core.errors import OutOfRange
from core.language import _, on_one_line
from core.model.bounds import check_head, check_layer
from core.questions.found import FAIR, Refused
from core.views.effects import Effects, effects_of, layer_effects
from core.views.glance import farthest_look, glance
from core.views.head_kinds import kind_mask
from core.views.head_names import heads_of
from core.views.thumbnails import layer_summary
from core.views.trace import Trace

WISHES = ("previous", "induction", "farthest", "loud_useless", "costliest")
_NAMED = re.compile(r"L(\d{1,4})\.H(\d{1,4})")

#: Under so many bits, and with the same first token, a head off changes nothing to speak of.
NOTHING = 0.05
#: A processor does some 10^11 operations in a second.
MOST_OPERATIONS = 1e12
#: A head that gives one token so much of its attention is loud.
LOUD = 0.35


def head_of(engine: Backend, trace: Trace, head: str, position: int) -> tuple[int, int]:
    """Layer and head of a name or a wish.

    Parameters
    ----------
    head : ``L3.H7`` or one of `WISHES`
    position : the token that looks

    Raises
    ------
    ValueError
        If it is neither.
    Refused
        If the model has no such head, or none fits the wish.
    """
    named = _NAMED.fullmatch(head)
    if named:
        layer, number = int(named[1]), int(named[2])
        try:
            check_layer(layer, engine.shape.n_layer)
            check_head(number, engine.shape.n_head)
        except OutOfRange as error:
            raise Refused(error.problem, error.cure) from error
        return layer, number
    if head in ("previous", "induction"):
        return _of_kind(engine, trace, head, position)
    if head == "farthest":
        return engine.view(farthest_look, trace, position)
    if head == "costliest":
        found = effects(engine, trace)
        return found.layer, found.head
    if head == "loud_useless":
        return _loud_useless(engine, trace, position)
    raise ValueError(f"a head is L3.H7, or one of {', '.join(WISHES)}, not {on_one_line(head)!r}")


def effects(engine: Backend, trace: Trace) -> Effects:
    """What each head alone is worth to the prediction; as the attention page tries them.

    Raises
    ------
    Refused
        If that would keep a laptop busy for more than some ten seconds.
    """
    shape = engine.shape
    # For each head half of the blocks on average; two operations for each weight and token.
    operations = shape.n_layer * shape.n_head * shape.n_layer * shape.block_params * trace.n_ctx
    if operations > MOST_OPERATIONS:
        raise Refused(
            _("To try every head of this model on this prompt would take too long."),
            _("Choose a smaller model, or a shorter prompt."),
        )
    asked = [(trace, layer, "zero") for layer in range(engine.shape.n_layer)]
    return effects_of(list(engine.views(layer_effects, asked)))


def _rows(engine: Backend, trace: Trace, position: int) -> np.ndarray:
    """Where one token looks in every head; shape (n_layer, n_head, position + 1)."""
    asked = [(trace, layer, position) for layer in range(engine.shape.n_layer)]
    return np.stack(engine.views(glance, asked))


def _of_kind(engine: Backend, trace: Trace, kind: str, position: int) -> tuple[int, int]:
    """The head that does most of a kind of looking, over the prompt and in the row asked about."""
    mask = kind_mask(kind, trace.token_ids)[position, : position + 1]
    if not mask.any():
        raise Refused(
            _("In this prompt there is nothing for such a head to look at."),
            _("Type a sentence in which a word comes back.")
            if kind == "induction"
            else _("Type a longer sentence."),
        )
    made = engine.views(layer_summary, [(trace, i) for i in range(engine.shape.n_layer)])
    over_prompt = np.nan_to_num(heads_of([one.tally for one in made]).scores[kind])
    here = _rows(engine, trace, position)[:, :, mask].sum(-1)
    layer, head = _largest(over_prompt * here)
    if here[layer, head] < LOUD:
        raise Refused(
            _("No head of this model does that clearly here."),
            _("Choose another head, or another prompt."),
        )
    return layer, head


def _loud_useless(engine: Backend, trace: Trace, position: int) -> tuple[int, int]:
    """The head with the largest weight among those whose absence changes nothing."""
    weights = _rows(engine, trace, position).max(-1)
    weights = np.where(effects(engine, trace).bits < NOTHING / FAIR, weights, 0.0)
    layer, head = _largest(weights)
    if weights[layer, head] < LOUD:
        raise Refused(
            _("On this prompt every head that looks hard at one token also matters."),
            _("Try a longer prompt."),
        )
    return layer, head


def _largest(values: np.ndarray) -> tuple[int, int]:
    layer, head = np.unravel_index(int(values.argmax()), values.shape)
    return int(layer), int(head)
