"""Arrays as views hand them out: read-only, because all sessions share them."""

from __future__ import annotations

import numpy as np


def read_only(array: np.ndarray, dtype: type = np.float32) -> np.ndarray:
    """An array that nothing can write into; a copy only where it was part of another one."""
    array = np.ascontiguousarray(array, dtype=dtype)
    if not array.flags.owndata:
        array = array.copy()
    array.flags.writeable = False
    return array


def unit(vectors: np.ndarray) -> np.ndarray:
    """Vectors scaled to length 1; zeros stay zeros. Shape (..., n_embd)."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.maximum(length, np.float32(1e-12))
