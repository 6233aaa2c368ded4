"""The pairs of the page Compare are found by a program, and are clear in the embedded model."""

from __future__ import annotations

import pytest

from pages.panels.compare.pairs import pairs, twin
from pages.shell.examples import DEFAULT_PROMPT
from training.pairs import FRAMES, clearest, compared, exchanged, filled


@pytest.mark.parametrize("name", list(pairs()))
def test_the_pages_pairs_are_clear(storyteller, name) -> None:
    pair = pairs()[name]
    found = compared(storyteller, pair.a, pair.b)
    assert found is not None
    assert found.is_clear
    assert found.apart > 0.5


def test_the_page_opens_with_a_clear_pair(storyteller) -> None:
    found = compared(storyteller, DEFAULT_PROMPT, twin(DEFAULT_PROMPT))
    assert found is not None
    # An earlier token carries it at first; the last one, the same in both, by the middle.
    assert found.apart > 0.5
    assert found.early > 0.9
    assert found.late > 0.9
    assert twin(twin(DEFAULT_PROMPT)) == DEFAULT_PROMPT


def test_the_clearest_come_first_and_lengths_must_agree(storyteller) -> None:
    some = list(filled("sex"))[:6]
    found = clearest(storyteller, some, 4)
    assert [one.is_clear for one in found] == sorted((one.is_clear for one in found), reverse=True)
    assert compared(storyteller, "One word", "Two more words") is None
    assert set(FRAMES) == set(pairs())
    assert all(a != b for a, b in exchanged("The king saw the river."))
