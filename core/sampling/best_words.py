"""What a model holds for most probable next, as words that a person would type."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.views.softmax import softmax


def best_words(
    logits: np.ndarray, data: Sequence[bytes], n: int
) -> tuple[tuple[tuple[str, float], ...], np.ndarray]:
    """The most probable tokens that can be typed, and all probabilities.

    Parameters
    ----------
    logits : shape (n_vocab,)
    data : each token's bytes; what is no text alone, or only white space, is left out
    n : how many at most

    Returns
    -------
    words : (text, probability), in falling order
    probs : shape (n_vocab,)
    """
    probs = softmax(logits.astype(np.float64))
    words: list[tuple[str, float]] = []
    for token in np.argsort(-probs, kind="stable")[: 2 * n]:
        text = data[token].decode("utf-8", errors="ignore")
        if text.strip() and text.encode() == data[token] and len(words) < n:
            words.append((text, float(probs[token])))
    return tuple(words), probs
