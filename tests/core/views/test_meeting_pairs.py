"""The pair of sentences that the page opens with parts the word's vectors."""

from __future__ import annotations

import pytest

from core.model.shining import shining
from core.views.meeting_pairs import PAIRS, meeting_in, most_apart


@pytest.mark.parametrize("pair", PAIRS, ids=[pair[0] for pair in PAIRS])
def test_all_pairs_begin_with_one_and_the_same_vector(storyteller, pair) -> None:
    found = storyteller.view(meeting_in, pair)
    assert found.same[0] == pytest.approx(1, abs=1e-5)  # so the word stands at the same place
    assert found.others[0] < 0.5


def test_the_stored_pair_is_the_one_that_is_most_apart(storyteller) -> None:
    assert shining().pair == storyteller.view(most_apart)
    ends = {pair: float(storyteller.view(meeting_in, pair).same[-1]) for pair in PAIRS}
    assert min(ends, key=ends.__getitem__) == shining().pair


def test_its_vectors_end_nearly_as_far_apart_as_any_two_words(storyteller) -> None:
    found = storyteller.view(meeting_in, shining().pair)
    assert found.same[-1] < 0.5
    assert found.same[-1] - found.others[-1] < 0.15
    # Why the lines rise on the way is said: they do.
    assert found.rises > 0.01


def test_a_sentence_without_the_word_is_no_pair(storyteller) -> None:
    with pytest.raises(ValueError, match="does not hold"):
        storyteller.view(meeting_in, ("moon", "He sat on the river bank", "They saw the moon"))
