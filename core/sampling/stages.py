"""From logits to a choice: transformers' own processors, one at a time.

The same objects that `generate` builds are called one after the other and every
stage is kept, so the numbers on the page are those of `generate`, to the bit.
With z for a token's logit and p for its softmax, they compute

- repetition penalty θ: tokens of the text so far get z / θ, or z θ where z < 0
  (Keskar et al., 2019, CTRL, section 4.1)
- temperature t: z / t (Ackley et al., 1985)
- top-k: all but the k largest become -inf (Fan et al., 2018, section 5.1)
- top-p: the fewest best tokens stay whose p together reach top_p
  (Holtzman et al., 2020, The Curious Case of Neural Text Degeneration, equation 2)
- min-p: tokens stay whose p is at least min_p times the largest
  (Nguyen et al., 2024, Turning Up the Heat, section 3)

`core.sampling.frugal` makes the same choices without the stages between.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from transformers.generation.logits_process import (
    LogitsProcessor,
    MinPLogitsWarper,
    RepetitionPenaltyLogitsProcessor,
    TemperatureLogitsWarper,
    TopKLogitsWarper,
    TopPLogitsWarper,
)

from core.sampling.settings import SamplingSettings

#: Each stage's processor, and the type of number that it insists on.
PROCESSORS = {
    "repetition_penalty": (RepetitionPenaltyLogitsProcessor, float),
    "temperature": (TemperatureLogitsWarper, float),
    "top_k": (TopKLogitsWarper, int),
    "top_p": (TopPLogitsWarper, float),
    "min_p": (MinPLogitsWarper, float),
}


@dataclass(frozen=True, eq=False)
class Stage:
    """One step of the pipeline.

    Attributes
    ----------
    name : "logits", "repetition_penalty", "temperature", "top_k", "top_p", "min_p"
    logits : shape (n_vocab,), float32; tokens that were cut are -inf
    probs : shape (n_vocab,), float32, softmax of `logits`; sums to one
    kept : how many tokens are left
    """

    name: str
    logits: np.ndarray
    probs: np.ndarray
    kept: int

    @cached_property
    def best(self) -> float:
        """The probability of its most probable token."""
        return float(self.probs.max())


def processors(settings: SamplingSettings) -> list[tuple[str, LogitsProcessor]]:
    """The processors that `generate` would use, with their names, in its order."""
    chain = []
    for name in settings.active:
        processor, number = PROCESSORS[name]
        chain.append((name, processor(number(getattr(settings, name)))))
    return chain


def pipeline(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[Stage, ...]:
    """Every stage from raw logits to the distribution that is drawn from.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    settings : the knobs
    previous_ids : tokens so far, for the repetition penalty

    Returns
    -------
    tuple of Stage
        The raw logits first; a stage that is switched off is left out. The last
        stage's `probs` are what a token is drawn from; at temperature 0 its
        largest entry is taken.
    """
    return tuple(_stage(*step) for step in _steps(logits, settings, previous_ids))


def final_stage(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> Stage:
    """``pipeline(...)[-1]`` alone: one softmax over the vocabulary instead of six."""
    *_before, last = _steps(logits, settings, previous_ids)
    return _stage(*last)


def _steps(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...]
) -> Iterator[tuple[str, torch.Tensor]]:
    """Each stage's name and logits."""
    scores = torch.from_numpy(np.array(logits, dtype=np.float32))[None]
    ids = torch.tensor([list(previous_ids)], dtype=torch.long)
    yield "logits", scores[0]
    for name, processor in processors(settings):
        scores = processor(ids, scores)
        yield name, scores[0]


def _stage(name: str, logits: torch.Tensor) -> Stage:
    probs = logits.softmax(dim=-1)
    arrays = [t.numpy() for t in (logits, probs)]
    for array in arrays:
        array.flags.writeable = False
    return Stage(name, arrays[0], arrays[1], int(torch.isfinite(logits).sum()))
