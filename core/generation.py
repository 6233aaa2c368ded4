"""What one step of generation leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.sampling import SamplingSettings, best, candidates, draw, probability_of


@dataclass(frozen=True, eq=False)
class Step:
    """One generated token.

    Attributes
    ----------
    index : counted from zero
    token_id : what was chosen
    data : the token's bytes
    probability : of the token in the distribution that was drawn from, after all stages
    model_probability : softmax of the raw logits, before any stage
    u : the random number in [0, 1), or None for greedy
    logits : shape (n_vocab,), float32, read-only; the model's own, before any stage
    """

    index: int
    token_id: int
    data: bytes
    probability: float
    model_probability: float
    u: float | None
    logits: np.ndarray


def choose(
    logits: np.ndarray,
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
    rng: np.random.Generator,
) -> tuple[int, float, float, float | None]:
    """Choose the next token.

    Returns
    -------
    token_id, probability, model_probability, u
        As in `Step`. Each sequence has a generator of its own, so its choices do
        not depend on which other sequences are stepped beside it.
    """
    if settings.greedy:
        token, probability = best(logits, settings, previous_ids)
        return token, probability, probability_of(logits, token), None
    u = float(rng.random())
    ids, probs = candidates(logits, settings, previous_ids)
    place = draw(probs, u)
    token = int(ids[place])
    return token, float(probs[place]), probability_of(logits, token), u
