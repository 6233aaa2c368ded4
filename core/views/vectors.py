"""How long vectors are, where they are large, and which way they point."""

from __future__ import annotations

import numpy as np


def lengths(vectors: np.ndarray) -> np.ndarray:
    """Euclidean norms along the last axis; shape (..., n_embd) -> (...)."""
    return np.linalg.norm(np.asarray(vectors, dtype=np.float64), axis=-1)


def largest_dimensions(vector: np.ndarray, n: int) -> np.ndarray:
    """Indices of the n largest absolute values, largest first."""
    return np.argsort(-np.abs(vector), kind="stable")[:n]


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1; zeros stay zeros. Shape (..., n_embd)."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-12))
