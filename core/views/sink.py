"""The attention sink: why the first token gets so much weight, and what is left without it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.model.bounds import check_head
from core.views.attention import LayerAttention
from core.views.head_steps import written_lengths
from core.views.softmax import softmax

#: From this average weight on the first token a head counts as resting there.
SINK_FROM = 0.5


@dataclass(frozen=True)
class Sink:
    """Why the first token gets so much weight.

    Attributes
    ----------
    weight : average weight on the first token, over the queries after it
    value_norm, other_norm : length of the first token's value vector, and the
        median length of the others'
    written : the first token's share of the length of what the head writes,
        averaged over the queries after it
    score_lead : how much higher the first token's score is than the median of the
        other visible ones, averaged (natural log units: e to this power times the weight)
    """

    weight: float
    value_norm: float
    other_norm: float
    written: float
    score_lead: float

    @property
    def factor(self) -> float:
        """How many times the weight of a median token the lead is worth."""
        return math.exp(min(self.score_lead, 700.0))


def sink(found: LayerAttention, rows: np.ndarray, head: int) -> Sink | None:
    """How a head uses the first token; None for a prompt of one token.

    Parameters
    ----------
    rows : as `core.views.head_steps.head_rows` gives them

    References
    ----------
    Xiao et al. (2023), Efficient Streaming Language Models with Attention Sinks.
    """
    check_head(head, len(found.q))
    scores, v = found.scores(head), found.v[head]
    n = len(v)
    if n < 2:
        return None
    leads = [float(scores[i, 0] - _middle(scores[i, 1 : i + 1])) for i in range(1, n)]
    pattern = softmax(scores)[1:]
    parts = pattern * written_lengths(v, rows)
    norms = np.linalg.norm(v, axis=-1)
    return Sink(
        weight=float(pattern[:, 0].mean()),
        value_norm=float(norms[0]),
        other_norm=float(_middle(norms[1:])),
        written=float((parts[:, 0] / np.maximum(parts.sum(axis=-1), 1e-12)).mean()),
        score_lead=float(np.mean(leads)),
    )


def _middle(values: np.ndarray) -> np.floating:
    """The median; of an even number of values the lower one of the two, as in PyTorch."""
    at = (len(values) - 1) // 2
    return np.partition(values, at)[at]


def without_first(pattern: np.ndarray) -> np.ndarray:
    """The pattern with the first key hidden and each row scaled to sum to one again.

    Parameters
    ----------
    pattern : shape (..., query, key)

    Returns
    -------
    the same shape
        Column 0 is zero. The first query has no other key: its row is zero. A row
        that has less than 1e-6 left is zero too rather than noise blown up.
    """
    rest = pattern.copy()
    rest[..., 0] = 0.0
    total = rest.sum(axis=-1, keepdims=True)
    return np.divide(rest, total, out=np.zeros_like(rest), where=total > 1e-6)
