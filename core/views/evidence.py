"""Which tokens made a number: the heaviest pairs, the largest entries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.views.head_kinds import kind_mask


@dataclass(frozen=True)
class Evidence:
    """One pair of tokens that made a score.

    Attributes
    ----------
    query, key : positions
    weight : attention from the query to the key
    """

    query: int
    key: int
    weight: float


def evidence(
    pattern: np.ndarray,
    kind: str,
    token_ids: tuple[int, ...],
    kinds: np.ndarray | None = None,
    top: int = 5,
) -> tuple[Evidence, ...]:
    """The pairs that made a head's score, the largest weights first.

    Parameters
    ----------
    pattern : shape (query, key), one head
    kind, token_ids, kinds : as for `core.views.head_kinds.kind_mask`
    """
    queries, keys = np.nonzero(kind_mask(kind, token_ids, kinds))
    weights = pattern[queries, keys]
    best = np.argsort(-weights, kind="stable")[:top]
    return tuple(Evidence(int(queries[i]), int(keys[i]), float(weights[i])) for i in best)


def heaviest(values: np.ndarray, top: int) -> list[tuple[int, float]]:
    """Index and value of the largest entries, by absolute value, zeros left out."""
    order = np.argsort(-np.abs(values), kind="stable")[:top]
    return [(int(i), float(values[i])) for i in order if values[i] != 0]
