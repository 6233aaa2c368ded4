"""The logit lens: what would the model answer if it stopped here?

GPT-2 ends with a layer norm and the head. The lens applies the two to every
unfinished vector of the residual stream as if it were the last one
(nostalgebraist 2020, *interpreting GPT: the logit lens*):

    logits = lm_head(ln_f(resid))        # (n_layer + 1, n_ctx, n_vocab)
    probs = softmax(logits)

Row 0 is the embedding, row i the stream that leaves block i - 1, and the last
row is the model's own output. `core.views.logit_lens_frugal` does the same
without ever holding all those logits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.tokens.encoding import Token
from core.views.arrays import integers, tensor
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class LogitLens:
    """What each place of the residual stream would answer if it were the last.

    Attributes
    ----------
    start : position of the first token of the window
    top_ids : shape (n_layer + 1, n_window, top), most probable first
    top_probs : same shape, in [0, 1]
    entropy : shape (n_layer + 1, n_window), bits
        Of the whole distribution, 0 (certain) to log2 n_vocab.
    watched : token ids whose probability was kept
    watched_probs, watched_ranks : shape (n_layer + 1, n_window, n_watched)
        Rank 1 is the most probable token.
    """

    start: int
    top_ids: np.ndarray
    top_probs: np.ndarray
    entropy: np.ndarray
    watched: tuple[int, ...]
    watched_probs: np.ndarray
    watched_ranks: np.ndarray

    @property
    def stop(self) -> int:
        return self.start + self.top_ids.shape[1]

    @property
    def settled(self) -> np.ndarray:
        """First row from which the top token is the final one up to the end; (n_window,)."""
        same = self.top_ids[:, :, 0] == self.top_ids[-1, :, 0]
        # The last False from the bottom up, plus one: argmin on the reversed column finds it.
        broken = ~same[::-1]
        n_rows = same.shape[0]
        return np.where(broken.any(0), n_rows - broken.argmax(0), 0)


def lens_logits(loaded: LoadedModel, resid: torch.Tensor) -> torch.Tensor:
    """Vectors of the residual stream, read as if they were the last; (..., n_vocab).

    `Trace.resid` holds the stream *before* `ln_f` in all its rows, so `ln_f` is
    applied exactly once everywhere and the last row is the model's own output.
    """
    return loaded.model.lm_head(loaded.model.transformer.ln_f(resid)).float()


def whole_lens(
    loaded: LoadedModel, trace: Trace, top: int = 10, watched: tuple[int, ...] = ()
) -> LogitLens:
    """The lens over all tokens as the paper has it; memory grows with layers x vocabulary."""
    logits = lens_logits(loaded, tensor(loaded, trace.resid))
    probs = logits.softmax(-1)
    best = probs.topk(min(top, loaded.shape.n_vocab))
    entropy = -torch.xlogy(probs, probs).sum(-1) / np.log(2)
    follow = list(watched)
    ranks = (logits[..., None, :] > logits[..., follow, None]).sum(-1) + 1
    return LogitLens(
        0,
        integers(best.indices),
        frozen(best.values),
        frozen(entropy),
        tuple(watched),
        frozen(probs[..., follow]),
        integers(ranks),
    )


def lens_rows(
    got: LogitLens, tokens: Sequence[Token], name_of: Callable[[int], str]
) -> list[dict[str, object]]:
    """The lens as rows of a table: one per place and rank, then one per place and watched token."""

    def row(r: int, c: int, kind: str, rank: int, token_id: int, probability: float) -> dict:
        return {
            "position": got.start + c,
            "token": tokens[got.start + c].piece,
            "row": r,
            "layer": "embedding" if r == 0 else f"L{r - 1}",
            "entropy_bits": float(got.entropy[r, c]),
            "kind": kind,
            "rank": rank,
            "id": token_id,
            "name": name_of(token_id),
            "probability": probability,
        }

    likely = [
        row(r, c, "top", k + 1, int(got.top_ids[r, c, k]), float(got.top_probs[r, c, k]))
        for r, c, k in np.ndindex(*got.top_ids.shape)
    ]
    watched = [
        row(r, c, "watched", int(rank), got.watched[w], float(got.watched_probs[r, c, w]))
        for (r, c, w), rank in np.ndenumerate(got.watched_ranks)
    ]
    return likely + watched
