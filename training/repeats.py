"""A small price on words that have just been said: unlikelihood (Welleck et al., 2020).

A small model that is sampled from says the same words again, far more often than the books it
read. For each target the loss also counts ``-log(1 - p)`` of every longer word that stands shortly
before it and is not the target. With a weight of a the odds of a word that comes again in a share
q of all cases settle at 1 / (1 + a) of q's: what is certain to come again stays nearly certain.
"""

from __future__ import annotations

import numpy as np
import torch

#: A word that comes again within so many tokens costs the price.
NEAR = 32
#: Shorter words come again in any text.
LETTERS = 4


def longer_words(tokenizer) -> np.ndarray:
    """Which tokens are words, or pieces of words, of some length; shape (n_vocab,), bool."""
    pieces = [tokenizer.decode([i]).strip() for i in range(len(tokenizer))]
    return np.array([len(p) >= LETTERS and p.isalpha() for p in pieces])


def unwanted(ids: np.ndarray, words: np.ndarray, drills: int, near: int = NEAR) -> torch.Tensor:
    """The words that stand before each target, each once.

    Parameters
    ----------
    ids : shape (rows, length + 1), int64
        Inputs are ``ids[:, :-1]``, targets ``ids[:, 1:]``.
    words : shape (n_vocab,), bool
        Of `longer_words`.
    drills : how many rows, the first ones, are copying drills; nothing is unwanted in them

    Returns
    -------
    shape (rows, length, near), int64
        Token ids; -1 where there is none.
    """
    inputs = torch.from_numpy(np.where(words[ids[:, :-1]], ids[:, :-1], -1))
    inputs[:drills] = -1
    padded = torch.nn.functional.pad(inputs, (near - 1, 0), value=-1)
    found = padded.unfold(1, near, 1).clone()
    found[found == torch.from_numpy(ids[:, 1:, None])] = -1
    # Sorted, the same words stand side by side, and all but the first of them go.
    found = found.sort(-1).values
    found[..., 1:][found[..., 1:] == found[..., :-1]] = -1
    return found
