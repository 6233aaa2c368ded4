"""What enters the first block, held against the residual stream and the matrices."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.errors import OutOfRange
from core.views.input_sum import input_sum
from tests.core.views.oracle import TEXT, tolerance


def test_the_sum_is_what_enters_the_first_block(loaded, tiny, tiny_folder, matrices) -> None:
    wte, wpe = matrices
    ids = tiny.ids(TEXT)
    found = input_sum(loaded, ids[3:7], 3)
    close = tolerance(loaded)
    assert np.allclose(found.wte, wte[list(ids[3:7])], atol=close)
    assert np.allclose(found.wpe, wpe[3:7], atol=close)
    if loaded.model.dtype == torch.float32:
        assert np.array_equal(found.total, tiny.trace(TEXT).resid[0, 3:7])
        assert np.array_equal(found.total, found.wte + found.wpe)
    assert found.largest == max(np.abs(p).max() for p in (found.wte, found.wpe, found.total))
    with pytest.raises(OutOfRange):
        input_sum(loaded, ids[:2], 63)
