"""The vocabulary is one for all, and read-only."""

from __future__ import annotations

import numpy as np
import pytest

from core.tokens.vocabulary import vocabulary


def test_vocabulary_is_shared_and_read_only(oracle, words) -> None:
    assert vocabulary(oracle) is words
    assert len(words) == 50257
    assert np.count_nonzero(words.rank >= 0) == 50000
    with pytest.raises(ValueError, match="read-only"):
        words.rank[0] = 1
