"""A small price on what has just been said: unlikelihood (Welleck et al., 2020).

A small model that is sampled from says the same words again, far more often than the books it
read. For each target the loss also counts ``-log(1 - p)`` of every longer word that stands shortly
before it and is not the target, and of the token that would make four tokens in a row come again.
With a weight of a the odds of a token that comes again in a share q of all cases settle at
1 / (1 + a) of q's: what is certain to come again stays nearly certain.
"""

from __future__ import annotations

import numpy as np
import torch

#: What costs the price.
PRICED = ("words", "runs")
#: A word that comes again within so many tokens costs the price.
NEAR = 32
#: Shorter words come again in any text.
LETTERS = 4
#: A token costs the price where it would end a run of so many that stood shortly before.
RUN = 4
#: How far back such a run is looked for, and how many of its last places are.
RUN_NEAR, RUN_PLACES = 128, 2


def longer_words(tokenizer) -> np.ndarray:
    """Which tokens are words, or pieces of words, of some length; shape (n_vocab,), bool."""
    pieces = [tokenizer.decode([i]).strip() for i in range(len(tokenizer))]
    return np.array([len(p) >= LETTERS and p.isalpha() for p in pieces])


def unwanted(ids: np.ndarray, words: np.ndarray, drills: int, near: int = NEAR) -> torch.Tensor:
    """What should not come at each target: words said before it, and ends of runs said before it.

    Parameters and the first axes of the result are those of `said_before`; what is both stands
    there twice and costs twice.
    """
    ends = ends_of_runs(ids)
    ends[:drills] = -1
    return torch.cat([said_before(ids, words, drills, near), ends], -1)


def ends_of_runs(ids: np.ndarray) -> torch.Tensor:
    """The tokens that followed the last times that the same three tokens stood there.

    Parameters
    ----------
    ids : shape (rows, length + 1), int64

    Returns
    -------
    shape (rows, length, RUN_PLACES), int64
        Token ids, each once and none the target; -1 where there is none.
    """
    rows, length = ids.shape[0], ids.shape[1] - 1
    found = np.full((rows, length, RUN_PLACES), -1, dtype=np.int64)
    for row, out in zip(ids, found, strict=True):
        starts = np.lib.stride_tricks.sliding_window_view(row[:-1], RUN - 1)
        _, which = np.unique(starts, axis=0, return_inverse=True)
        order = np.argsort(which.ravel(), kind="stable")
        for back in range(1, RUN_PLACES + 1):
            now, then = order[back:], order[:-back]
            same = (which.ravel()[now] == which.ravel()[then]) & (now - then <= RUN_NEAR)
            at = now[same] + RUN - 2
            out[at, back - 1] = row[then[same] + RUN - 1]
        out[out == row[1:, None]] = -1
        out[out[:, 1] == out[:, 0], 1] = -1
    return torch.from_numpy(found)


def said_before(ids: np.ndarray, words: np.ndarray, drills: int, near: int) -> torch.Tensor:
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
