"""What a change of the model does to its prediction: which tokens gain, and how many bits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.model.loaded import LoadedModel
from core.views.ablation import Mode, ablated_layer, ablated_logits
from core.views.arrays import read_only
from core.views.softmax import log_softmax, softmax
from core.views.trace import Trace


def divergence(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """KL(before || after) in bits, from logits.

    Parameters
    ----------
    before : shape (n_vocab,), logits
    after : shape (..., n_vocab), logits

    Returns
    -------
    shape (...), >= 0

    References
    ----------
    Kullback & Leibler (1951), On Information and Sufficiency.
    """
    # From logarithms: a probability may be too small for a number, and 0 times log 0 is nothing.
    log_p = log_softmax(before)
    moved = np.exp(log_p) * (log_p - log_softmax(after))
    return np.maximum(moved.sum(axis=-1) / np.log(2.0), 0.0)


@dataclass(frozen=True, eq=False)
class Change:
    """Next-token probabilities before and after.

    Attributes
    ----------
    token_ids : shape (n,); the tokens that gained or lost most, largest change first
    before, after : shape (n,), probabilities
    divergence : KL(before || after), in bits
    best_before, best_after : the most probable token of each
    """

    token_ids: np.ndarray
    before: np.ndarray
    after: np.ndarray
    divergence: float
    best_before: int
    best_after: int


def change_rows(found: Change, name_of: Callable[[int], str]) -> list[dict[str, object]]:
    """The tokens of a change as rows of a table."""
    return [
        {"id": int(i), "name": name_of(int(i)), "before": float(p), "after": float(q)}
        for i, p, q in zip(found.token_ids, found.before, found.after, strict=True)
    ]


def change(before: np.ndarray, after: np.ndarray, top: int = 8) -> Change:
    """What switching off did to the prediction.

    Parameters
    ----------
    before, after : shape (n_vocab,), logits
    top : how many tokens to name; the best of each side is always among them
    """
    p, q = (softmax(logits.astype(np.float64)) for logits in (before, after))
    first = [int(p.argmax()), int(q.argmax())]
    moved = np.abs(q - p)
    # An order of the whole vocabulary takes milliseconds: only what can be among the first.
    most = np.flatnonzero(moved >= np.partition(moved, -top)[-top])
    # Where nothing changes, the most probable.
    order = most[np.lexsort((-p[most], -moved[most]))]
    named = list(dict.fromkeys([*first, *map(int, order[:top])]))[:top]
    named.sort(key=lambda t: (-moved[t], -p[t]))
    chosen = read_only(named, np.int64)
    shares = (read_only(side[chosen], np.float64) for side in (p, q))
    return Change(chosen, *shares, float(divergence(before, after)), *first)


def change_without(
    loaded: LoadedModel,
    trace: Trace,
    heads: frozenset[tuple[int, int]] = frozenset(),
    blocks: frozenset[tuple[int, str]] = frozenset(),
    mode: Mode = "zero",
) -> Change:
    """What becomes of a text's prediction with some heads or blocks off; see `ablated_logits`."""
    return change(trace.logits, ablated_logits(loaded, trace, heads, blocks, mode))


def layer_effects(
    loaded: LoadedModel, text: tuple[int, ...] | Trace, layer: int, mode: Mode = "zero"
) -> np.ndarray:
    """How far the prediction moves without each head of a layer alone.

    Returns
    -------
    shape (n_head,), KL(whole model || without) in bits
    """
    whole = ablated_logits(loaded, text)
    bits = divergence(whole, ablated_layer(loaded, text, layer, mode)).astype(np.float32)
    bits.flags.writeable = False
    return bits


@dataclass(frozen=True, eq=False)
class Effects:
    """What each head alone is worth to one prediction.

    Attributes
    ----------
    bits : shape (n_layer, n_head)
    layer, head : the one that matters most
    median : over all heads, bits
    """

    bits: np.ndarray
    layer: int
    head: int
    median: float


def effects_of(rows: list[np.ndarray]) -> Effects:
    """Put the layers together; one row of shape (n_head,) each."""
    bits = np.stack(rows)
    layer, head = np.unravel_index(int(bits.argmax()), bits.shape)
    return Effects(bits, int(layer), int(head), float(np.median(bits)))
