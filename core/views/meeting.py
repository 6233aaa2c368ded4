"""The same word in two texts: how alike its vectors are, layer by layer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.views.arrays import read_only
from core.views.trace import Trace
from core.views.vectors import unit


@dataclass(frozen=True, eq=False)
class Meeting:
    """The same word in two texts, layer by layer.

    Attributes
    ----------
    same : shape (n_layer + 1,); cosine between the word's vectors in the two texts
    others : shape (n_layer + 1,); mean cosine over all pairs of different tokens, one from
        each text: how alike any two vectors of that layer are; not a number if there is no pair
    """

    same: np.ndarray
    others: np.ndarray

    @property
    def has_others(self) -> bool:
        """Whether there is any pair of different tokens to compare with."""
        return bool(np.isfinite(self.others).all())

    @property
    def rises(self) -> float:
        """The most that both rise by in one layer; 0 where they never do together."""
        both = np.minimum(np.diff(self.same), np.diff(self.others))
        return max(0.0, float(both.max(initial=0.0))) if self.has_others else 0.0


def meeting(one: Trace, other: Trace, at_one: int, at_other: int) -> Meeting:
    """How alike a word's vectors are in two texts.

    Parameters
    ----------
    at_one, at_other : the word's position in each

    References
    ----------
    Ethayarajh (2019), How Contextual are Contextualized Word Representations?, section 3.3:
    a similarity means little without that of random pairs.
    """
    ids_one, ids_other = np.array(one.token_ids), np.array(other.token_ids)
    different = ids_one[:, None] != ids_other[None, :]
    same, others = [], []
    for left, right in zip(one.resid, other.resid, strict=True):
        cosines = unit(left) @ unit(right).T
        same.append(cosines[at_one, at_other])
        others.append(cosines[different].mean() if different.any() else np.nan)
    return Meeting(read_only(np.array(same)), read_only(np.array(others)))
