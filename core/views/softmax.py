"""From scores to shares that sum to one.

softmax(s)[i] = e ** s[i] / sum(e ** s[j] for every j)
"""

from __future__ import annotations

import numpy as np


def softmax(scores: np.ndarray) -> np.ndarray:
    """Shares along the last axis, in the precision of the scores; -inf gets nothing."""
    # Against the largest, which changes no share: e to a large power overflows.
    powers = scores - scores.max(axis=-1, keepdims=True)
    np.exp(powers, out=powers)
    powers /= powers.sum(axis=-1, keepdims=True)
    return powers


def log_softmax(scores: np.ndarray) -> np.ndarray:
    """Logarithms of the shares along the last axis, in float64, nats."""
    shifted = scores.astype(np.float64) - scores.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
