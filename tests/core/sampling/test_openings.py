"""What many texts open with."""

from __future__ import annotations

import numpy as np
import pytest

from core.sampling.openings import first_tokens, first_words, openings


def test_openings_add_up() -> None:
    assert first_words(" king's men, the", 3) == ("king", "'", "s")
    assert first_words("\n ", 3) == ()
    tree = openings([" a b c", " a b d", " a x", " q", ""], depth=2)
    first = [(b.word, b.start, b.count) for b in tree if b.depth == 0]
    assert first == [("a", 0, 3), ("", 3, 1), ("q", 4, 1)]
    second = [(b.word, b.start, b.count) for b in tree if b.before == ("a",)]
    assert second == [("b", 0, 2), ("x", 2, 1)]
    probs = np.array([0.5, 0.3, 0.2, 0.0], dtype=np.float32)
    rows = first_tokens([1, 1, 0], probs)
    assert [(r.token_id, r.count) for r in rows] == [(1, 2), (0, 1), (2, 0)]
    assert rows[0].expected == pytest.approx(0.9)
