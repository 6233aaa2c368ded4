"""What the embedding matrix is, in numbers: its size, its share of the model, its rows' lengths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.model.loaded import LoadedModel
from core.views.arrays import read_only
from core.views.wte import SearchIndex, search_index


@dataclass(frozen=True, eq=False)
class MatrixFacts:
    """What `wte` is, in numbers.

    Attributes
    ----------
    shape : (n_vocab, n_embd)
    n_params : its parameters
    share : of all parameters of the model
    tied : whether the output head is the same matrix
    counts, edges : shape (n_bins,) and (n_bins + 1,); histogram of the lengths of the rows
    mean, median : of the lengths
    shortest, longest : ids of the rows with extreme lengths, the most extreme first
    """

    shape: tuple[int, int]
    n_params: int
    share: float
    tied: bool
    counts: np.ndarray
    edges: np.ndarray
    mean: float
    median: float
    shortest: np.ndarray
    longest: np.ndarray


def matrix_facts(loaded: LoadedModel, bins: int = 60, k: int = 8) -> MatrixFacts:
    """Shape, share and lengths of the embedding matrix."""
    shape = loaded.shape
    lengths = search_index(loaded).norms
    counts, edges = np.histogram(lengths, bins=bins)
    order = np.argsort(lengths, kind="stable")
    n_params = shape.n_vocab * shape.n_embd
    return MatrixFacts(
        (shape.n_vocab, shape.n_embd),
        n_params,
        n_params / shape.n_params,
        bool(loaded.model.config.tie_word_embeddings),
        read_only(counts, np.int64),
        read_only(edges),
        float(lengths.mean()),
        float(np.median(lengths)),
        read_only(order[:k], np.int64),
        read_only(order[::-1][:k], np.int64),
    )


def mean_length(index: SearchIndex, ids: tuple[int, ...]) -> float:
    """Mean length of the rows of some tokens."""
    return float(index.norms[list(ids)].mean())
