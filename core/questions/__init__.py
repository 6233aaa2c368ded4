"""Checks: the questions of lessons, answered by the model itself on any prompt.

A check is a pure function of the engine and a prompt. It gives the right answer, the wrong
ones that a misconception leads to, the numbers for the words of the lesson, and the program
that computes them again. It refuses where the model's state cannot carry the question.
"""

from core.questions import (
    analogy_hit,
    changed_positions,
    cheapest_text,
    costliest_layer,
    count_above,
    deciding_layer,
    effect_of_head_off,
    fewer_or_more,
    future_weight,
    ids_shared,
    kept_by_top_p,
    leads,
    lens_at_input,
    n_tokens,
    nearest_token,
    next_merge,
    order_kept,
    rank_of,
    row_total,
    same_text,
    settled,
    strongest_key,
    surprise_of,
    top_token,
    two_orders,
    weights_unchanged,
    with_without,
)
from core.questions.found import Candidate, Found, Refused
from core.questions.registry import CHECKS, ask
from core.questions.told import Told

#: One file for each check; importing it enters it into the registry.
_FILES = (
    analogy_hit,
    changed_positions,
    cheapest_text,
    costliest_layer,
    count_above,
    deciding_layer,
    effect_of_head_off,
    fewer_or_more,
    future_weight,
    ids_shared,
    kept_by_top_p,
    leads,
    lens_at_input,
    n_tokens,
    nearest_token,
    next_merge,
    order_kept,
    rank_of,
    row_total,
    same_text,
    settled,
    strongest_key,
    surprise_of,
    top_token,
    two_orders,
    weights_unchanged,
    with_without,
)

__all__ = ["CHECKS", "Candidate", "Found", "Refused", "Told", "ask"]
