"""Round numbers along an axis."""

from __future__ import annotations

import pytest

from core.charts.ticks import ticks


@pytest.mark.parametrize("n", [1, 2, 17, 256, 768, 1024, 1280, 1600])
def test_ticks_are_few_and_inside(n: int) -> None:
    marks = ticks(n)
    assert marks[0] == 0
    assert marks[-1] < n
    assert len(marks) <= 8
