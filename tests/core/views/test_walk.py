"""One token's way through the layers against brute-force NumPy."""

from __future__ import annotations

import numpy as np
import pytest

from core.errors import OutOfRange
from core.views.walk import walk
from tests.core.views.oracle import TEXT, brute, tolerance


def test_walk(loaded, tiny, matrices) -> None:
    wte, _wpe = matrices
    trace = tiny.trace(TEXT)
    found = walk(loaded, trace, 4, 5)
    own = trace.token_ids[4]
    close = tolerance(loaded)
    for stage in range(4):
        values = brute(wte, trace.resid[stage, 4], "cosine")
        assert found.cosine[stage] == pytest.approx(values[own], abs=close)
        assert np.allclose(found.values[stage], np.sort(values)[::-1][:5], atol=close)
        assert np.allclose(values[found.ids[stage]], found.values[stage], atol=close)
    assert np.allclose(found.norm, np.linalg.norm(trace.resid[:, 4], axis=1))
    with pytest.raises(OutOfRange):
        walk(loaded, trace, len(trace.token_ids), 5)
