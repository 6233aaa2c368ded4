"""One choice of a token: by a random number, by probability, or by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from transformers import GPT2TokenizerFast

from core.sampling import frugal
from core.sampling.generation import Step
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from core.tokens.vocabulary import token_bytes


@dataclass(frozen=True)
class Choice:
    """One token and how it came to be chosen.

    Attributes
    ----------
    token_id : what was chosen
    data : the token's bytes
    how : "drawn", "greedy" (the most likely) or "by hand"
    probability : in the distribution after all stages; 0 if a stage had cut the token
    model_probability : softmax of the raw logits
    rank : 1 for the model's favourite, by raw logits
    u : the random number in [0, 1) if it was drawn, else None
    settings : the knobs at that moment
    favourites : the model's own favourites there, as (bytes, probability)
    """

    token_id: int
    data: bytes
    how: str
    probability: float
    model_probability: float
    rank: int
    u: float | None
    settings: SamplingSettings
    favourites: tuple[tuple[bytes, float], ...] = ()


def make_choice(
    tokenizer: GPT2TokenizerFast,
    logits: np.ndarray,
    settings: SamplingSettings,
    previous_ids: tuple[int, ...],
    *,
    u: float | None = None,
    token_id: int | None = None,
) -> Choice:
    """Choose a token: by hand if `token_id` is given, by `u` if that is, else the most likely.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    previous_ids : all tokens before it, the prompt's included

    Raises
    ------
    ValueError
        If there is no such token.
    """
    stages = pipeline(logits, settings, previous_ids)
    if token_id is not None:
        how, u = "by hand", None
        if not 0 <= token_id < len(logits):
            raise ValueError(f"there is no token {token_id}")
    elif u is None or settings.greedy:
        how, u, token_id = "greedy", None, int(stages[-1].logits.argmax())
    else:
        how, token_id = "drawn", frugal.draw(stages[-1].probs, u)
    probability = float(stages[-1].probs[token_id])
    model_probability = float(stages[0].probs[token_id])
    step = Step(
        0, token_id, token_bytes(tokenizer, token_id), probability, model_probability, u, logits
    )
    return choice_of(tokenizer, step, settings, how)


def choice_of(
    tokenizer: GPT2TokenizerFast, step: Step, settings: SamplingSettings, how: str | None = None
) -> Choice:
    """A step of generation as a choice; how it was made is told by its random number."""
    return Choice(
        step.token_id,
        step.data,
        how or ("greedy" if step.u is None else "drawn"),
        step.probability,
        step.model_probability,
        int((step.logits > step.logits[step.token_id]).sum()) + 1,
        step.u,
        settings,
        _favourites(tokenizer, step),
    )


def _favourites(
    tokenizer: GPT2TokenizerFast, step: Step, n: int = 4
) -> tuple[tuple[bytes, float], ...]:
    """The `n` tokens that the model itself finds most likely, as (bytes, probability)."""
    logits = step.logits
    top = np.argpartition(logits, -n)[-n:]
    top = top[np.argsort(-logits[top], kind="stable")]
    if step.model_probability > 1e-30:
        # e to the difference of two logits is how many times as likely: no sum over all of them.
        against = logits[top].astype(np.float64) - float(logits[step.token_id])
        probs = step.model_probability * np.exp(against)
    else:
        probs = frugal.probabilities_of(logits, top)
    return tuple(
        (token_bytes(tokenizer, i), p) for i, p in zip(top.tolist(), probs.tolist(), strict=True)
    )


def total_bits(choices: Sequence[Choice]) -> float:
    """Surprise of the whole text to the model, sum of -log2 of its own probabilities, in bits."""
    return float(-np.log2([max(c.model_probability, 1e-38) for c in choices]).sum())


def text_of(choices: Sequence[Choice]) -> str:
    """The chosen tokens as text; bytes that are not valid UTF-8 become U+FFFD."""
    return b"".join(c.data for c in choices).decode("utf-8", "replace")
