"""What one step of generation leaves behind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.sampling.stages import (
    SamplingSettings,
    best,
    candidates,
    candidates_of_many,
    draw,
    probabilities_of,
    probability_of,
)


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
class Wish:
    """How one sequence wants its next token chosen.

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
class Cut:
    """What is left to draw from, after all stages.

    Attributes
    ----------
    token_ids : shape (n_left,)
    probs : shape (n_left,), sums to one
    of_model : shape (n_left,), softmax of the raw logits
    """

    token_ids: np.ndarray
    probs: np.ndarray
    of_model: np.ndarray

    def draw(self, rng: np.random.Generator) -> Chosen:
        """One token, as the next random number wants it."""
        u = float(rng.random())
        place = draw(self.probs, u)
        return int(self.token_ids[place]), float(self.probs[place]), float(self.of_model[place]), u


def cut(logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...]) -> Cut:
    """All stages on one row of logits; not for greedy settings, which draw nothing."""
    token_ids, probs = candidates(logits, settings, previous_ids)
    return Cut(token_ids, probs, probabilities_of(logits, token_ids))


def choose(
    logits: np.ndarray,
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
    rng: np.random.Generator,
) -> Chosen:
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
    return cut(logits, settings, previous_ids).draw(rng)


def choose_many(logits: np.ndarray, wishes: Sequence[Wish]) -> list[Chosen | BaseException]:
    """Choose the next token of every sequence of a batch.

    Sequences with the same settings are cut together: one pass over the
    vocabulary for all of them instead of several for each.

    Parameters
    ----------
    logits : shape (n, n_vocab), float32; one row for each wish

    Returns
    -------
    list
        For each sequence what `choose` returns, or the error that concerns it alone.
    """
    found: list[Chosen | BaseException | None] = [None] * len(wishes)
    groups: dict[SamplingSettings, list[int]] = {}
    for at, wish in enumerate(wishes):
        together = wish.settings.greedy or wish.settings.top_k
        if together and wish.settings.repetition_penalty == 1:
            groups.setdefault(wish.settings, []).append(at)
    for settings, rows in groups.items():
        if len(rows) == 1:
            continue
        try:
            some = logits if len(rows) == len(logits) else logits[rows]
            of_model = torch.from_numpy(some).softmax(-1).numpy()
            if settings.greedy:
                for at, p, token in zip(rows, of_model, some.argmax(-1).tolist(), strict=True):
                    found[at] = token, float(p[token]), float(p[token]), None
                continue
            left = candidates_of_many(some, settings)
        except Exception:  # somebody's fault, but whose? Each is tried alone
            continue
        for at, p, of_row in zip(rows, of_model, left, strict=True):
            if of_row is not None:
                ids, probs = of_row
                found[at] = Cut(ids, probs, p[ids]).draw(wishes[at].rng)
    for at, wish in enumerate(wishes):
        if found[at] is None:
            try:
                found[at] = choose(logits[at], wish.settings, wish.previous_ids, wish.rng)
            except BaseException as error:
                found[at] = error
    return found  # type: ignore[return-value]
