"""Facts of the embedding matrix."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.matrix import matrix_facts
from tests.core.views.oracle import tolerance


def test_matrix_facts(loaded, matrices) -> None:
    wte, _wpe = matrices
    found = matrix_facts(loaded)
    norms = np.linalg.norm(wte, axis=1)
    close = tolerance(loaded)
    assert found.shape == wte.shape
    assert found.share == pytest.approx(wte.size / loaded.shape.n_params)
    assert found.counts.sum() == len(wte)
    assert found.mean == pytest.approx(norms.mean(), rel=close)
    assert found.tied
    if loaded.model.dtype == torch.float32:
        assert set(found.longest) == set(np.argsort(norms)[-8:])
        assert set(found.shortest) == set(np.argsort(norms)[:8])
