"""Repetition and variety, on texts that can be counted by hand."""

from __future__ import annotations

import pytest

from core.sampling.repetition import distinct, repetition


def test_repetition_and_variety() -> None:
    assert repetition((1, 2, 3, 4, 5)) == 0
    assert repetition((1, 2, 1, 2, 1, 2), 2) == pytest.approx(3 / 5)
    assert repetition((1,)) == 0
    assert distinct([(1, 2, 3), (1, 2, 4)], 2) == pytest.approx(3 / 4)
    assert distinct([], 2) == 0
