"""The same words in another order."""

from __future__ import annotations

import pytest

from core.questions import Refused, ask
from tests.core.questions.common import KING, answered, shares

ONE = "The dog chased the cat, and the"
OTHER = "The cat chased the dog, and the"


@pytest.mark.parametrize(("prompt", "other"), [(ONE, OTHER), (KING, None)])
def test_both_leaders_are_transformers_own(storyteller, oracle_of, prompt, other) -> None:
    found = answered(storyteller, "two_orders", prompt, other=other)
    best = [shares(oracle_of, storyteller, text).max(0) for text in (prompt, found.places["other"])]
    assert found.numbers["p_top"].value == pytest.approx(float(best[0].values), rel=1e-4)
    assert found.numbers["other_p_top"].value == pytest.approx(float(best[1].values), rel=1e-4)
    assert (found.right == "same") == (best[0].indices == best[1].indices)


def test_two_words_change_places_where_no_other_text_is_given(storyteller) -> None:
    found = ask(storyteller, "two_orders", KING)
    assert found.right == "same"
    assert found.places["other"] == KING.replace("upon a time", "time a upon")


def test_a_close_race_on_either_side_is_refused(storyteller) -> None:
    for prompt, other in ((KING, "She was"), ("She was", KING)):
        with pytest.raises(Refused, match="too close"):
            ask(storyteller, "two_orders", prompt, other=other)
