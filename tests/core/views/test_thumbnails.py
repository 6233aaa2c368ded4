"""Small pictures of all heads."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.thumbnails import pooled


def test_pooling_keeps_a_thin_stripe_and_the_average() -> None:
    pattern = np.zeros((1, 100, 100), dtype=np.float32)
    pattern[0, :, 0] = 1.0
    largest, average = pooled(pattern, 10)
    assert largest.shape == (1, 10, 10)
    assert (largest[0, :, 0] == 1.0).all()
    assert average[0, 9, 0] == pytest.approx(0.1)
    # The first folded cell: 55 cells of the past, ten of them one.
    assert average[0, 0, 0] == pytest.approx(10 / 55)
    small = np.eye(3, dtype=np.float32)[None]
    assert pooled(small, 10)[0] is small
