"""The next token of every sequence of a batch: those with the same settings are chosen together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.compiled import compiled
from core.sampling.frugal import candidates_of_many
from core.sampling.generation import Candidates, Chosen, choose
from core.sampling.settings import SamplingSettings
from core.sampling.uncut import drawn


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
        if len(rows) > 1 or settings.uncut:
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
        settings = sampler.settings
        together = settings.greedy or settings.top_k or settings.uncut
        if together and settings.repetition_penalty == 1:
            groups.setdefault(settings, []).append(row)
    return groups


def _choose_alike(
    logits: np.ndarray,
    rows: list[int],
    settings: SamplingSettings,
    rngs: list[np.random.Generator],
) -> list[Chosen | None]:
    """Choose for some rows with the same settings; None where a row has to be tried alone."""
    some = logits if len(rows) == len(logits) else logits[rows]
    if settings.uncut:
        return _draw_alike(some, settings.temperature, rngs)
    try:
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


def _draw_alike(
    logits: np.ndarray, temperature: float, rngs: list[np.random.Generator]
) -> list[Chosen | None]:
    """`_choose_alike` where no token is cut."""
    before = [rng.bit_generator.state for rng in rngs]
    u = [float(rng.random()) for rng in rngs]
    try:
        rows = torch.from_numpy(np.require(logits, requirements="W"))
        numbers = torch.tensor(u, dtype=torch.float64)
        made = compiled(drawn)(rows, float(temperature), numbers)
    except Exception:  # each is tried alone, with the same number
        for rng, state in zip(rngs, before, strict=True):
            rng.bit_generator.state = state
        return [None] * len(rngs)
    return list(zip(*(one.tolist() for one in made), u, strict=True))


def _choose_alone(logits: np.ndarray, sampler: Sampler) -> Chosen | BaseException:
    """`choose`, with the error in place of the choice."""
    try:
        return choose(logits, sampler.settings, sampler.previous_ids, sampler.rng)
    except BaseException as error:
        return error
