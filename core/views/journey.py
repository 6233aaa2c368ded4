"""The whole journey of a prompt in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch

from core.views.attention_frugal import layer_pattern
from core.views.trace import Trace

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class Journey:
    """One number or two per stage, all of the last token's.

    Attributes
    ----------
    input_norm : Euclidean length of the vector that enters block 0 (`wte` + `wpe`)
    output_norm : length of the residual stream that leaves the last block
    layer, head : where the last token looks hardest at one earlier token
        other than the first (the first collects left-over weight; see Attention)
    looks_at : index of that earlier token; None for prompts under three tokens
    weight : how much of that head's attention it gets, in [0, 1]
    next_ids : shape (top,), the most probable next tokens, best first
    next_probs : shape (top,), their probabilities over the whole vocabulary
    """

    input_norm: float
    output_norm: float
    layer: int
    head: int
    looks_at: int | None
    weight: float
    next_ids: tuple[int, ...]
    next_probs: tuple[float, ...]


#: Next tokens that the overview lists.
TOP = 8


def next_tokens(logits: np.ndarray, top: int) -> tuple[tuple[int, ...], tuple[float, ...]]:
    """The most probable next tokens.

    Parameters
    ----------
    logits : shape (n_vocab,)
    top : how many

    Returns
    -------
    ids, probs
        Softmax over the whole vocabulary, best first.
    """
    best = torch.from_numpy(logits.copy()).softmax(-1).topk(top)
    return tuple(best.indices.tolist()), tuple(best.values.tolist())


def journey(loaded: LoadedModel, trace: Trace, top: int = TOP) -> Journey:
    """The journey of a traced prompt; see `Journey`."""
    best = (0.0, 0, 0, None)
    last = trace.n_ctx - 1
    if last >= 2:
        for layer in range(trace.n_layer):
            row = layer_pattern(loaded, trace, layer)[:, last, 1:last]
            head, key = np.unravel_index(int(row.argmax()), row.shape)
            if row[head, key] > best[0]:
                best = (float(row[head, key]), layer, int(head), int(key) + 1)
    ids, probs = next_tokens(trace.logits, top)
    norms = np.linalg.norm(trace.resid[:, last], axis=-1)
    return Journey(
        input_norm=float(norms[0]),
        output_norm=float(norms[-1]),
        layer=best[1],
        head=best[2],
        looks_at=best[3],
        weight=best[0],
        next_ids=ids,
        next_probs=probs,
    )
