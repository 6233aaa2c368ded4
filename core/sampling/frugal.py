"""What `stages` and `draw` compute, without the work that nobody looks at: for generation.

The same processors and the same draws; tested equal to the plain versions.
"""

from __future__ import annotations

import numpy as np
import torch

from core.compiled import compiled
from core.sampling import draw as plain
from core.sampling.settings import SamplingSettings
from core.sampling.stages import processors
from core.views.top_k import top_k

#: `draw` looks among so many leading tokens, and then among more, before it sorts all of them:
#: where nothing is cut, every third draw falls beyond the first few, and all take a hundred times
#: as long to sort.
_LEADING = (64, 1024, 8192)


def draw(probs: np.ndarray, u: float) -> int:
    """`core.sampling.draw.draw`; most draws fall on the leading tokens: only those are sorted.

    Parameters
    ----------
    probs : shape (n_left,), sums to one
    u : in [0, 1)
    """
    for n in _LEADING:
        if len(probs) <= 2 * n:
            break
        bound = np.partition(probs, -n)[-n]
        leading = np.flatnonzero(probs > bound)  # ties with the bound wait for the next order
        leading = leading[np.argsort(-probs[leading], kind="stable")]
        ends = np.cumsum(probs[leading], dtype=np.float64)
        covers = int(np.searchsorted(ends, u, side="right"))
        if covers < len(leading):
            return int(leading[covers])
    return plain.draw(probs, u)


def candidates(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[np.ndarray, np.ndarray]:
    """What is left to draw from, without the tokens that were cut.

    Once top-k has cut, the stages after it run on the few tokens that are left
    instead of the whole vocabulary: the same processors, the same tokens, the same
    probabilities but for the last digit, in a fraction of the time.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    previous_ids : tokens so far, for the repetition penalty

    Returns
    -------
    token_ids : shape (n_left,), ascending
    probs : shape (n_left,), float32, sums to one
    """
    # Plain NumPy up to top-k: a batch of thirty pays for every thread that torch would wake.
    scores = penalised(logits, settings, previous_ids)
    scores /= np.float32(settings.temperature if settings.temperature else 1.0)
    left = np.arange(len(scores))
    if not settings.greedy and 0 < settings.top_k < len(scores):
        bound = np.partition(scores, -settings.top_k)[-settings.top_k]
        left = np.flatnonzero(scores >= bound)  # ties with the last one stay, as there
        scores = scores[left]
    scores = _after_top_k(torch.from_numpy(scores)[None], settings)[0].numpy()
    weights = np.exp(scores - scores.max())
    return left, weights / weights.sum()


def penalised(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...]
) -> np.ndarray:
    """The logits after the repetition penalty; a new array of shape (n_vocab,), float32."""
    scores = np.array(logits, dtype=np.float32)
    if settings.repetition_penalty != 1.0 and previous_ids:
        seen = np.unique(np.array(previous_ids, dtype=np.int64))
        penalty = float(settings.repetition_penalty)
        scores[seen] = np.where(scores[seen] < 0, scores[seen] * penalty, scores[seen] / penalty)
    return scores


def _after_top_k(scores: torch.Tensor, settings: SamplingSettings) -> torch.Tensor:
    """The last two stages; shape (n, n_left) before and after."""
    for name, processor in processors(settings):
        if name in {"top_p", "min_p"}:
            scores = processor(torch.zeros(1, 0, dtype=torch.long), scores)
    return scores


def candidates_of_many(
    logits: np.ndarray, settings: SamplingSettings
) -> list[tuple[np.ndarray, np.ndarray] | None]:
    """`candidates` of many rows at once, for settings that cut by top-k and penalise nothing.

    Parameters
    ----------
    logits : shape (n, n_vocab), float32

    Returns
    -------
    list
        For each row what `candidates` returns, or None where more tokens tie for
        the last place than there is room for: such a row is done alone.
    """
    n_vocab = logits.shape[1]
    k = min(settings.top_k, n_vocab)
    # A class's texts are chosen for while its pages are drawn: see `core.compiled`.
    scores, ids = compiled(top_k)(torch.from_numpy(logits), min(k + 1, n_vocab), 32)
    # Two different logits may become the same one when they are divided.
    scores = scores / (settings.temperature if settings.temperature else 1.0)
    tied = (scores[:, k - 1] == scores[:, k]).tolist() if k < n_vocab else [False] * len(logits)
    ids, order = ids[:, :k].sort(dim=-1)
    probs = _after_top_k(scores.gather(1, order), settings).softmax(dim=-1)
    return [
        None if tie else (row, p)
        for tie, row, p in zip(tied, ids.numpy(), probs.numpy(), strict=True)
    ]


def best(
    logits: np.ndarray, settings: SamplingSettings, previous_ids: tuple[int, ...] = ()
) -> tuple[int, float]:
    """The token that greedy decoding takes, and its probability there.

    Parameters
    ----------
    logits : shape (n_vocab,), the model's own
    """
    # The largest logit, not the largest probability: rounding may make two of these equal.
    scores = penalised(logits, settings, previous_ids)
    token_id = int(scores.argmax())
    return token_id, probability_of(scores, token_id)


def probability_of(logits: np.ndarray, token_id: int) -> float:
    """Softmax of the logits, for one token."""
    return float(probabilities_of(logits, np.array([token_id]))[0])


def probabilities_of(logits: np.ndarray, token_ids: np.ndarray) -> np.ndarray:
    """Softmax of the logits, for some tokens; shapes (n_vocab,), (n,) -> (n,), float64."""
    weights = np.exp(logits - logits.max())
    return weights[token_ids] / weights.sum(dtype=np.float64)
