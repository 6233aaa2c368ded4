"""The same word in two texts, pair by pair."""

from __future__ import annotations

import numpy as np
import pytest

from core.views.meeting import meeting


def test_meeting(tiny) -> None:
    one, other = tiny.trace("on the bank of the river"), tiny.trace("money to the bank")
    found = meeting(one, other, 2, 3)
    for stage in range(4):
        left, right = one.resid[stage], other.resid[stage]
        cosines = [
            [float(a @ b / np.linalg.norm(a) / np.linalg.norm(b)) for b in right] for a in left
        ]
        assert found.same[stage] == pytest.approx(cosines[2][3], abs=1e-5)
        pairs = [
            cosines[i][j]
            for i in range(len(left))
            for j in range(len(right))
            if one.token_ids[i] != other.token_ids[j]
        ]
        assert found.others[stage] == pytest.approx(np.mean(pairs), abs=1e-5)
    assert np.allclose(meeting(one, one, 2, 2).same, 1, atol=1e-5)
    alone = tiny.trace(" bank")
    assert found.has_others
    assert not meeting(alone, alone, 0, 0).has_others
