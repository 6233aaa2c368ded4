"""The tokens that lie nearest to a token, before any context is read.

    cosine(x, w) = x · w / (|x| |w|)        for every row w of `wte`

The lengths ``|w|`` are the same for every question and are kept; of the 50,257
values only the best few are put in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.trace import frozen
from core.views.wte import mean_row, products_with, search_index, weight_of

By = Literal["cosine", "dot"]


def likeness(products: np.ndarray, row_norms: np.ndarray, norm: float, by: By) -> np.ndarray:
    """Dot products, or cosines where those are asked for; a row of zeros has cosine 0.

    Parameters
    ----------
    products : shape (n,)
    row_norms : shape (n,)
    norm : length of the vector that the rows were multiplied with
    """
    if by == "dot":
        return products
    return products / np.maximum(row_norms * np.float32(norm), np.float32(1e-12))


def best(
    values: np.ndarray,
    k: int,
    family: np.ndarray | None = None,
    without: frozenset[int] = frozenset(),
) -> np.ndarray:
    """Indices of the k largest values, the largest first; of equal ones the lower index first.

    Parameters
    ----------
    values : shape (n,)
    family : shape (n,); if given, only the best of each family is kept, and none of the
        families of `without`
    without : indices to leave out
    """
    n, wanted = len(values), max(4 * k, 64)
    family = np.arange(n) if family is None else family
    while True:
        wanted = min(wanted, n)
        found = _first_of_families(_largest(values, wanted), k, family, without)
        if len(found) == k or wanted == n:
            return np.array(found, dtype=np.int64)
        wanted *= 8


def _largest(values: np.ndarray, k: int) -> np.ndarray:
    """Indices of the k largest values in order; the others are never put in order."""
    n = len(values)
    top = np.argpartition(-values, k - 1)[:k] if k < n else np.arange(n)
    return top[np.lexsort((top, -values[top]))]


def _first_of_families(
    ranking: np.ndarray, k: int, family: np.ndarray, without: frozenset[int]
) -> list[int]:
    """The first k of a ranking, one of each family and none of the families of `without`."""
    seen = {int(family[i]) for i in without}
    found: list[int] = []
    for index in map(int, ranking):
        if int(family[index]) not in seen:
            seen.add(int(family[index]))
            found.append(index)
        if len(found) == k:
            break
    return found


@dataclass(frozen=True, eq=False)
class Neighbours:
    """The tokens that lie nearest to a vector.

    Attributes
    ----------
    ids : shape (k,), best first
    pieces : length k
    values : shape (k,); cosines, or dot products
    norm : length of the vector
    """

    ids: np.ndarray
    pieces: tuple[str, ...]
    values: np.ndarray
    norm: float


def scores(loaded: LoadedModel, vector: torch.Tensor, by: By) -> np.ndarray:
    """Cosines or dot products of a vector with every row of `wte`: (n_vocab,)."""
    with weight_of(loaded.model.transformer.wte) as weight:
        products = frozen(products_with(weight, vector[None])[0])
    return likeness(products, search_index(loaded).norms, float(vector.norm()), by)


def nearest(
    loaded: LoadedModel,
    vector: torch.Tensor,
    values: np.ndarray,
    k: int,
    without: tuple[int, ...],
    *,
    hide_variants: bool = True,
) -> Neighbours:
    """The best tokens by their `scores`; the words that went in are not among them."""
    index = search_index(loaded)
    top = best(values, k, index.family if hide_variants else None, frozenset(without))
    return Neighbours(
        read_only(top, np.int64),
        tuple(index.pieces[i] for i in top),
        read_only(values[top]),
        float(vector.norm()),
    )


def neighbours(
    loaded: LoadedModel,
    ids: tuple[int, ...],
    by: By = "cosine",
    k: int = 12,
    hide_variants: bool = True,
) -> Neighbours:
    """The tokens of the whole vocabulary that lie nearest to a token.

    Parameters
    ----------
    ids : a token, or several whose mean is taken; they are not among the answers
    by : cosine of the angle, or dot product
    k : how many
    hide_variants : leave out tokens that differ only in case or in spaces, from the token
        itself and from a better answer

    Raises
    ------
    OutOfRange
        If there is no such token.
    """
    vector = mean_row(loaded, ids)
    values = scores(loaded, vector, by)
    return nearest(loaded, vector, values, k, ids, hide_variants=hide_variants)
