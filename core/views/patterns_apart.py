"""Where heads look otherwise in one text than in another.

    apart[head] = mean over queries of  1/2 sum over keys |pattern_A - pattern_B|

between 0, the same look, and 1, not one key in common (total variation). Keys stand for each
other as the tokens do; a look at a token without a partner counts as a look elsewhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.model.bounds import check_position
from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.attention import LayerAttention, layer_attention
from core.views.patching import Aligned, Pair
from core.views.trace import Trace


@dataclass(frozen=True, eq=False)
class Looks:
    """One head's pattern in both texts, of some queries at some keys.

    Attributes
    ----------
    a, b : shape (queries, keys); the weights that are left to one lie on keys not shown
    """

    a: np.ndarray
    b: np.ndarray

    @property
    def difference(self) -> np.ndarray:
        """A's weights minus B's, in [-1, 1]."""
        return self.a - self.b


def looks_of(
    a: LayerAttention, b: LayerAttention, head: int, queries: tuple[Pair, ...],
    keys: tuple[Pair, ...],
) -> Looks:  # fmt: skip
    """One head's pattern in both texts.

    Parameters
    ----------
    queries, keys : (position in B, position in A)
    """
    made = []
    for text, side in ((a, 1), (b, 0)):
        weights = text.weights(head, [pair[side] for pair in queries])
        made.append(read_only(weights[:, [pair[side] for pair in keys]]))
    return Looks(*made)


def heads_apart(
    loaded: LoadedModel, a: Trace, b: Trace, layer: int, found: Aligned, queries: tuple[Pair, ...]
) -> np.ndarray:
    """How otherwise each head of a layer looks; shape (n_head,), in [0, 1].

    Parameters
    ----------
    found : which tokens stand for each other: the keys
    queries : (position in B, position in A); at least one

    Raises
    ------
    OutOfRange
        If the model has no such layer or a text no such token.
    """
    for ours, theirs in queries:
        check_position(ours, b.n_ctx)
        check_position(theirs, a.n_ctx)
    texts = [layer_attention(loaded, text, layer) for text in (a, b)]
    apart = []
    for head in range(loaded.shape.n_head):
        looks = looks_of(*texts, head, queries, found.pairs)
        alone = (1 - looks.a.sum(axis=1)) + (1 - looks.b.sum(axis=1))  # at tokens without a partner
        apart.append(((np.abs(looks.difference).sum(axis=1) + alone) / 2).mean())
    return read_only(np.clip(apart, 0, 1))
