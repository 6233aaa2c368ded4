"""One step of generation: how the next token is chosen, and what that leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.sampling.frugal import (
    best,
    candidates,
    draw,
    probabilities_of,
    probability_of,
)
from core.sampling.settings import SamplingSettings


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
    logits : shape (n_vocab,), float32, read-only; the model's own, before any stage. A row of
        its batch's: whoever keeps it keeps the whole batch, so copy it
    """

    index: int
    token_id: int
    data: bytes
    probability: float
    model_probability: float
    u: float | None
    logits: np.ndarray


#: token_id, probability, model_probability and u, as in `Step`.
Chosen = tuple[int, float, float, float | None]


@dataclass(frozen=True, eq=False)
class Candidates:
    """The tokens that are left to draw from, after all stages.

    Attributes
    ----------
    token_ids : shape (n_left,)
    probs : shape (n_left,), sums to one
    model_probs : shape (n_left,), softmax of the raw logits
    """

    token_ids: np.ndarray
    probs: np.ndarray
    model_probs: np.ndarray

    def draw(self, rng: np.random.Generator) -> Chosen:
        """One token, as the next random number wants it."""
        u = float(rng.random())
        at = draw(self.probs, u)
        return int(self.token_ids[at]), float(self.probs[at]), float(self.model_probs[at]), u


def candidates_of(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...]
) -> Candidates:
    """All stages on one row of logits; not for greedy settings, which draw nothing.

    Parameters
    ----------
    logits : shape (n_vocab,), float32
    previous_ids : tokens so far, for the repetition penalty
    """
    token_ids, probs = candidates(logits, settings, previous_ids)
    return Candidates(token_ids, probs, probabilities_of(logits, token_ids))


def choose(
    logits: np.ndarray,
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
    rng: np.random.Generator,
) -> Chosen:
    """Choose the next token.

    Parameters
    ----------
    logits : shape (n_vocab,), float32
    previous_ids : tokens so far, for the repetition penalty

    Returns
    -------
    token_id, probability, model_probability, u
        As in `Step`. Each sequence has a generator of its own, so its choices do
        not depend on which other sequences are stepped beside it.
    """
    if settings.greedy:
        token, probability = best(logits, settings, previous_ids)
        return token, probability, probability_of(logits, token), None
    return candidates_of(logits, settings, previous_ids).draw(rng)
