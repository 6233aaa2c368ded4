"""One step of generation: how the next token is chosen, and what that leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.sampling.frugal import (
    best,
    candidates,
    candidates_of_many,
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


@dataclass(frozen=True)
class Sampler:
    """How one sequence's next token is chosen.

    Attributes
    ----------
    settings : the knobs
    previous_ids : tokens so far, for the repetition penalty
    rng : of this sequence alone
    """

    settings: SamplingSettings
    previous_ids: tuple[int, ...]
    rng: np.random.Generator


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


def choose_many(logits: np.ndarray, samplers: Sequence[Sampler]) -> list[Chosen | BaseException]:
    """Choose the next token of every sequence of a batch.

    Sequences with the same settings are chosen for together: one pass over the
    vocabulary for all of them instead of several for each.

    Parameters
    ----------
    logits : shape (n, n_vocab), float32; one row for each sampler

    Returns
    -------
    list
        For each sequence what `choose` returns, or the error that concerns it alone.
    """
    chosen: list[Chosen | None] = [None] * len(samplers)
    for settings, rows in _alike(samplers).items():
        if len(rows) > 1:
            rngs = [samplers[row].rng for row in rows]
            for row, one in zip(rows, _choose_alike(logits, rows, settings, rngs), strict=True):
                chosen[row] = one
    return [
        _choose_alone(row, sampler) if one is None else one
        for row, sampler, one in zip(logits, samplers, chosen, strict=True)
    ]


def _alike(samplers: Sequence[Sampler]) -> dict[SamplingSettings, list[int]]:
    """The rows that can be chosen for together, by their settings."""
    groups: dict[SamplingSettings, list[int]] = {}
    for row, sampler in enumerate(samplers):
        together = sampler.settings.greedy or sampler.settings.top_k
        if together and sampler.settings.repetition_penalty == 1:
            groups.setdefault(sampler.settings, []).append(row)
    return groups


def _choose_alike(
    logits: np.ndarray,
    rows: list[int],
    settings: SamplingSettings,
    rngs: list[np.random.Generator],
) -> list[Chosen | None]:
    """Choose for some rows with the same settings; None where a row has to be tried alone."""
    try:
        some = logits if len(rows) == len(logits) else logits[rows]
        of_model = torch.from_numpy(some).softmax(-1).numpy()
        if settings.greedy:
            best_ids = some.argmax(-1).tolist()
            pairs = zip(best_ids, of_model, strict=True)
            return [(token, float(p[token]), float(p[token]), None) for token, p in pairs]
        left = candidates_of_many(some, settings)
    except Exception:  # somebody's fault, but whose? Each is tried alone
        return [None] * len(rows)
    return [
        None if of_row is None else Candidates(*of_row, p[of_row[0]]).draw(rng)
        for of_row, p, rng in zip(left, of_model, rngs, strict=True)
    ]


def _choose_alone(logits: np.ndarray, sampler: Sampler) -> Chosen | BaseException:
    """`choose`, with the error in place of the choice."""
    try:
        return choose(logits, sampler.settings, sampler.previous_ids, sampler.rng)
    except BaseException as error:
        return error
