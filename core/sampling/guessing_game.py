"""Shannon's guessing game: what a reader's guesses and a model's probabilities cost, in bits.

A reader who names the next token at the first try has said as much about it as a probability of
one half does: the guesses are a code of 1, 2, 3 … bits. Whoever runs out of tries pays for all of
them and for a token of the vocabulary drawn blindly (Shannon, 1951, Prediction and Entropy of
Printed English).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Guesses for one token.
TRIES = 3


def blind(n_vocab: int) -> float:
    """Bits of one token for somebody who knows nothing: log2 of the vocabulary."""
    return math.log2(n_vocab)


def cost(tries: int | None, n_vocab: int) -> float:
    """Bits that a token cost a reader.

    Parameters
    ----------
    tries : which guess was right, from 1; None if none was

    Raises
    ------
    ValueError
        If there are no so many tries.
    """
    if tries is None:
        return TRIES + blind(n_vocab)
    if not 1 <= tries <= TRIES:
        raise ValueError(f"a token is guessed in 1 to {TRIES} tries, not {tries}")
    return float(tries)


@dataclass(frozen=True)
class Standing:
    """How a game stands.

    Attributes
    ----------
    n_tokens : that were guessed
    reader, model : bits saved against somebody who knows nothing
    """

    n_tokens: int
    reader: float
    model: float


def standing(tries: Sequence[int | None], surprisal: Sequence[float], n_vocab: int) -> Standing:
    """How a game stands.

    Parameters
    ----------
    tries : of the tokens so far, as in `cost`
    surprisal : -log2 p of the same tokens by the model, in bits
    """
    nothing = blind(n_vocab) * len(tries)
    reader = nothing - sum(cost(one, n_vocab) for one in tries)
    return Standing(len(tries), reader, nothing - sum(surprisal[: len(tries)]))
