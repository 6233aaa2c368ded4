"""A random number falls on a line of tokens: that is the draw.

Tokens are laid end to end, the most likely first, each as long as its
probability (inverse transform sampling; Devroye, 1986, Non-Uniform Random
Variate Generation, section III.2).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import takewhile

import numpy as np

#: So many tokens have a piece of the line of their own.
N_PIECES = 24


def draw(probs: np.ndarray, u: float) -> int:
    """The token on which a random number falls.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one
    u : in [0, 1)

    Returns
    -------
    int
        Tokens are laid end to end, the most likely first (equal ones by id), each
        as long as its probability; the answer is the one that covers `u`.
        `core.sampling.frugal.draw` gives the same without sorting the vocabulary.
    """
    order = np.argsort(-probs, kind="stable")
    ends = np.cumsum(probs[order], dtype=np.float64)
    covers = int(np.searchsorted(ends, u, side="right"))
    # float32 probabilities may sum to a hair under one: the last token that can be drawn ends it.
    return int(order[min(covers, int(np.count_nonzero(probs)) - 1)])


def random_number(seed: int, n: int) -> float:
    """The `n`-th random number of a seed, counted from zero; in [0, 1).

    The same numbers in the same order as `Engine.generate` takes, so a story drawn
    token by token is the text that a run with this seed writes.
    """
    return float(np.random.default_rng(seed).random(n + 1)[n])


def one_hot(logits: np.ndarray) -> np.ndarray:
    """What greedy "draws" from: all probability on the largest logit; shape (n_vocab,)."""
    probs = np.zeros(len(logits), dtype=np.float32)
    probs[int(np.argmax(logits))] = 1.0
    return probs


@dataclass(frozen=True)
class Segment:
    """A piece of the line on which the random number falls.

    Attributes
    ----------
    token_id : the token that it stands for; None for all the others together
    start, end : in [0, 1]
    """

    token_id: int | None
    start: float
    end: float


def segments(probs: np.ndarray, n: int = N_PIECES, also: int | None = None) -> tuple[Segment, ...]:
    """Tokens laid end to end, the most likely first, as `draw` sees them.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one
    n : how many tokens get a piece of their own; the others share the last
    also : a token that gets a piece of its own wherever it lies
    """
    order = np.argsort(-probs, kind="stable")[: int(np.count_nonzero(probs))]
    ends = np.cumsum(probs[order], dtype=np.float64)

    def segment(rank: int) -> Segment:
        token = int(order[rank])
        return Segment(token, float(ends[rank] - probs[token]), float(ends[rank]))

    line = [segment(rank) for rank in range(min(n, len(order)))]
    if len(order) > n:
        if also in order[n:]:
            alone = segment(int(np.flatnonzero(order == also)[0]))
            line += [*_others(line[-1].end, alone.start), alone]
        line += _others(line[-1].end, 1.0)
    return tuple(line)


def _others(start: float, end: float) -> list[Segment]:
    """The piece that all the others share, if there is room for any."""
    return [Segment(None, start, end)] if end > start else []


def leading_pieces(line: tuple[Segment, ...]) -> tuple[Segment, ...]:
    """The pieces of the most likely tokens, up to where the others share one."""
    own = takewhile(lambda piece: piece.token_id is not None, line)
    return tuple(own)[:N_PIECES]


def index_of(line: tuple[Segment, ...], token_id: int) -> int | None:
    """Where a token's piece is; None if it has none."""
    return next((i for i, piece in enumerate(line) if piece.token_id == token_id), None)


def bounds(line: tuple[Segment, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Starts and ends of the pieces; each of shape (n,)."""
    return np.array([s.start for s in line]), np.array([s.end for s in line])
