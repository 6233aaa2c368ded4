"""What top-p leaves."""

from __future__ import annotations

import pytest

from core.questions import ask
from tests.core.questions.common import KING, LOOKED, answered, shares


@pytest.mark.parametrize(("prompt", "top_p"), [(KING, 0.9), (LOOKED, 0.5)])
def test_it_keeps_the_fewest_that_reach_the_share(storyteller, oracle_of, prompt, top_p) -> None:
    found = answered(storyteller, "kept_by_top_p", prompt, top_p=top_p)
    p = shares(oracle_of, storyteller, prompt).sort(descending=True).values.cumsum(0)
    assert p[found.right - 1] >= top_p - 1e-4
    assert p[found.right - 2] < top_p + 1e-4


def test_more_probability_is_more_tokens(storyteller) -> None:
    kept = [ask(storyteller, "kept_by_top_p", KING, top_p=p).right for p in (0.1, 0.3, 0.6, 0.95)]
    assert kept == sorted(set(kept))


@pytest.mark.parametrize("top_p", [0, 1, 1.5])
def test_a_share_is_between_0_and_1(tiny, top_p: float) -> None:
    with pytest.raises(ValueError, match="top_p is above 0"):
        ask(tiny, "kept_by_top_p", KING, top_p=top_p)
