"""How many tokens have more than a share."""

from __future__ import annotations

import pytest

from core.questions import ask
from tests.core.questions.common import LOOKED, answered, shares


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_transformers_counts_the_same(storyteller, oracle_of, share: float) -> None:
    found = answered(storyteller, "count_above", LOOKED, share=share)
    assert found.right == int((shares(oracle_of, storyteller, LOOKED) > share).sum())


def test_no_more_than_fit_into_a_whole(tiny) -> None:
    counts = [ask(tiny, "count_above", LOOKED, share=s).right for s in (1e-6, 1e-5, 1e-4, 0.4)]
    assert counts == sorted(counts, reverse=True)
    assert counts[-1] <= 2
    assert counts[2] <= 10_000


@pytest.mark.parametrize("share", [0, 1, -0.5, 7])
def test_a_share_is_between_0_and_1(tiny, share: float) -> None:
    with pytest.raises(ValueError, match="a share is above 0"):
        ask(tiny, "count_above", LOOKED, share=share)
