"""Positions against NumPy over the plain checkpoint's matrix."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.positions import position_map, position_norms, position_similarity
from tests.core.views.oracle import tolerance


def test_positions(loaded, matrices) -> None:
    _wte, wpe = matrices
    close = tolerance(loaded)
    norms = np.linalg.norm(wpe, axis=1)
    found = position_similarity(loaded)
    similarity = found.cosine
    assert np.abs(found.coarse / 100.0 - 1 - similarity).max() <= 0.005 + 1e-6
    assert np.allclose(similarity, wpe @ wpe.T / np.outer(norms, norms), atol=close)
    assert np.allclose(position_norms(loaded), norms, rtol=close)
    by_distance = found.by_distance
    assert by_distance[0] == pytest.approx(1.0, abs=1e-5)
    assert by_distance[3] == pytest.approx(
        np.mean([similarity[i, i + 3] for i in range(len(wpe) - 3)]), abs=1e-5
    )
    assert position_map(loaded).points.shape == (len(wpe), 3)
