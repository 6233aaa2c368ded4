"""Calculating with words: the tokens nearest to a - b + c."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.model.loaded import LoadedModel
from core.views.neighbours import Neighbours, nearest, scores
from core.views.wte import mean_row


@dataclass(frozen=True, eq=False)
class Analogy:
    """The answers to a - b + c.

    Attributes
    ----------
    answers : the nearest tokens, without the words that went in
    asked_ranks : length 3; rank (from 1) that each of a, b and c would have had; 0 for a word of
        several tokens
    asked_values : length 3; cosine of each of a, b and c with the result
    """

    answers: Neighbours
    asked_ranks: tuple[int, ...]
    asked_values: tuple[float, ...]


def analogy(
    loaded: LoadedModel,
    a: tuple[int, ...],
    b: tuple[int, ...],
    c: tuple[int, ...],
    k: int = 10,
) -> Analogy:
    """The tokens nearest, by cosine, to a - b + c.

    Parameters
    ----------
    a, b, c : a token each, or several whose mean is taken

    Raises
    ------
    OutOfRange
        If there is no such token.

    References
    ----------
    Mikolov, Yih & Zweig (2013), Linguistic Regularities in Continuous Space Word
    Representations, section 4. Rogers, Drozd & Li (2017), The (Too Many) Problems of
    Analogical Reasoning with Word Vectors, on leaving out the words that went in.
    """
    asked = (a, b, c)
    rows = [mean_row(loaded, ids) for ids in asked]
    vector = rows[0] - rows[1] + rows[2]
    values = scores(loaded, vector, "cosine")
    return Analogy(
        nearest(loaded, vector, values, k, (*a, *b, *c)),
        tuple(_rank(values, ids) for ids in asked),
        tuple(_cosine(row, vector) for row in rows),
    )


def _rank(values: np.ndarray, ids: tuple[int, ...]) -> int:
    return int((values > values[ids[0]]).sum()) + 1 if len(ids) == 1 else 0


def _cosine(one: torch.Tensor, other: torch.Tensor) -> float:
    return float(one @ other) / max(float(one.norm()) * float(other.norm()), 1e-12)
