"""Two texts under the logit lens: what each layer would answer after the one and after the other.

    bits[row, place] = KL(lens of B || lens of A)

at tokens that stand for each other; see `core.views.logit_lens` for the lens itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.model.bounds import check_layer, check_position
from core.model.loaded import LoadedModel
from core.views.arrays import integers, tensor
from core.views.logit_lens import lens_logits
from core.views.patching import Pair
from core.views.trace import Trace, frozen


@dataclass(frozen=True, eq=False)
class LensApart:
    """One row of both lenses; all arrays have shape (len(pairs),), in the order of the pairs.

    Attributes
    ----------
    bits : how far the two answers lie apart, KL(B || A)
    top_a, top_b : the likeliest token of each
    prob_a, prob_b : its probability
    """

    bits: np.ndarray
    top_a: np.ndarray
    top_b: np.ndarray
    prob_a: np.ndarray
    prob_b: np.ndarray


def lens_apart(
    loaded: LoadedModel, a: Trace, b: Trace, row: int, pairs: tuple[Pair, ...]
) -> LensApart:
    """Both lenses in one row, at some tokens.

    Parameters
    ----------
    row : 0 is the embedding, row i leaves block i - 1
    pairs : (position in B, position in A)

    Raises
    ------
    OutOfRange
        If the model has no such row or a text no such token.
    """
    check_layer(row, loaded.shape.n_layer + 1)
    for ours, theirs in pairs:
        check_position(ours, b.n_ctx)
        check_position(theirs, a.n_ctx)
    log_b, log_a = (
        lens_logits(loaded, tensor(loaded, text.resid[row, [pair[side] for pair in pairs]]))
        .log_softmax(-1)
        for side, text in enumerate((b, a))
    )  # fmt: skip
    weights = log_b.exp()
    # A probability that underflows adds nothing: no minus infinity may meet the zero before it.
    apart = (weights * (log_b - log_a).clamp(-1e4, 1e4)).sum(-1).clamp(min=0) / np.log(2)
    (best_a, top_a), (best_b, top_b) = (torch.max(side, -1) for side in (log_a, log_b))
    return LensApart(
        frozen(apart), integers(top_a), integers(top_b), frozen(best_a.exp()), frozen(best_b.exp())
    )


def stacked(rows: tuple[LensApart, ...]) -> LensApart:
    """Rows as one; all arrays then have shape (len(rows), len(pairs))."""
    names = LensApart.__dataclass_fields__
    parts = {name: np.stack([getattr(row, name) for row in rows]) for name in names}
    for part in parts.values():
        part.flags.writeable = False
    return LensApart(**parts)
