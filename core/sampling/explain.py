"""What the stages did: to the whole distribution, and to one token."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.sampling.stages import Stage
from core.views.softmax import softmax


def entropy_bits(probs: np.ndarray) -> float:
    """How undecided a distribution is.

    Parameters
    ----------
    probs : shape (n_vocab,), sums to one

    Returns
    -------
    float
        - sum p log2 p, in bits; 0 when one token has all the probability.

    References
    ----------
    Shannon (1948), A Mathematical Theory of Communication, section 6.
    """
    p = probs[probs > 0].astype(np.float64)
    return float(max(0.0, -(p * np.log2(p)).sum()))


@dataclass(frozen=True)
class Favourite:
    """What a model would say first, before any setting.

    Attributes
    ----------
    token_id, probability : of its first choice
    entropy : of all its choices, in bits
    """

    token_id: int
    probability: float
    entropy: float


def favourite(logits: np.ndarray) -> Favourite:
    """The first choice after a text.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    """
    probs = softmax(logits)
    best = int(probs.argmax())
    return Favourite(best, float(probs[best]), entropy_bits(probs))


@dataclass(frozen=True)
class Summary:
    """A stage in numbers.

    Attributes
    ----------
    name : of the stage
    kept : tokens left
    cut : tokens that this stage removed
    mass_left : share of the stage before's probability that survives, before it is
        shared out again; 1 where nothing is cut
    entropy : of the stage's distribution, in bits
    tail : probability of all tokens that are not among the leading ones shown
    """

    name: str
    kept: int
    cut: int
    mass_left: float
    entropy: float
    tail: float

    @property
    def lead(self) -> float:
        """Probability of the leading tokens shown."""
        return 1.0 - self.tail


def leading(stages: tuple[Stage, ...], n: int, own: np.ndarray | None = None) -> tuple[int, ...]:
    """The `n` tokens that lead at any stage, in the order of the first stage's logits.

    Parameters
    ----------
    stages : as `pipeline` returns them, or some of them
    n : number of tokens
    own : shape (n_vocab,); the model's own logits, which rank the tokens that all of `stages` cut;
        the first stage's if there are none
    """
    first = stages[0].logits
    own = first if own is None else own
    best = np.max([stage.probs for stage in stages], axis=0)
    n = min(n, len(best))
    # Cut tokens tie at zero: where they are needed, the model's own order fills up.
    rank = best if np.count_nonzero(best) >= n else np.where(best > 0, np.inf, own)
    top = np.argpartition(-rank, n - 1)[:n]
    order = sorted(top.tolist(), key=lambda i: (-float(first[i]), -float(own[i]), i))
    return tuple(order)


def summarise(stages: tuple[Stage, ...], shown: tuple[int, ...]) -> tuple[Summary, ...]:
    """Each stage in numbers, over the whole vocabulary.

    Parameters
    ----------
    stages : as `pipeline` returns them
    shown : ids of the leading tokens; the rest is the tail
    """
    result = []
    for before, stage in pairwise((stages[0], *stages)):
        survives = float(before.probs[np.isfinite(stage.logits)].sum(dtype=np.float64))
        others = stage.probs.copy()  # summed, not 1 minus the rest: rounding would leave a trace
        others[list(shown)] = 0.0
        result.append(
            Summary(
                name=stage.name,
                kept=stage.kept,
                cut=before.kept - stage.kept,
                mass_left=min(1.0, survives) if stage.kept < before.kept else 1.0,
                entropy=entropy_bits(stage.probs),
                tail=float(others.sum(dtype=np.float64)),
            )
        )
    return tuple(result)


def ranked(stage: Stage, n_points: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """The whole vocabulary in one curve: probability by rank.

    Returns
    -------
    ranks : at most `n_points` whole numbers from 1 to n_vocab, evenly spaced by logarithm,
        and the last token that is left
    probs : the probability of the token with that rank; ranks that were cut are left out
    """
    ordered = -np.sort(-stage.probs)
    # A softmax may round a token that was kept down to zero; a logarithmic axis has no zero.
    last = min(stage.kept, int(np.count_nonzero(ordered)))
    ranks = np.unique(np.rint(np.geomspace(1, last, n_points)).astype(int))
    return ranks, ordered[ranks - 1]


@dataclass(frozen=True)
class Explanation:
    """What one stage did to one token, with the numbers that decided it.

    Attributes
    ----------
    name : of the stage
    before, after : the token's logit; -inf once it is cut
    probability : after the stage
    kept : whether it is still there
    touched : whether it was still there before, and the stage concerned it
    rank : by the logits before the stage, 1 for the best
    above : probability of the tokens placed above it, before the stage
    best : probability of the best token before the stage
    own : its own probability before the stage
    """

    name: str
    before: float
    after: float
    probability: float
    kept: bool
    touched: bool
    rank: int
    above: float
    best: float
    own: float


def explain(
    stages: tuple[Stage, ...], token_id: int, previous_ids: tuple[int, ...] = ()
) -> tuple[Explanation, ...]:
    """One token's way through the stages.

    Raises
    ------
    IndexError
        If there is no such token.
    """
    return tuple(
        _effect(before, stage, token_id, previous_ids)
        for before, stage in pairwise((stages[0], *stages))
    )


def _effect(
    before: Stage, stage: Stage, token_id: int, previous_ids: tuple[int, ...]
) -> Explanation:
    """What a stage did to a token that came out of the one before it."""
    higher = np.flatnonzero(before.logits > before.logits[token_id])
    concerned = stage.name != "repetition_penalty" or token_id in previous_ids
    return Explanation(
        name=stage.name,
        before=float(before.logits[token_id]),
        after=float(stage.logits[token_id]),
        probability=float(stage.probs[token_id]),
        kept=bool(np.isfinite(stage.logits[token_id])),
        touched=concerned and bool(np.isfinite(before.logits[token_id])),
        rank=len(higher) + 1,
        above=float(before.probs[higher].sum(dtype=np.float64)),
        best=before.best,
        own=float(before.probs[token_id]),
    )
