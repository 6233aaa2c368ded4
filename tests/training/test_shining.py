"""Where a checkpoint shines is counted the same way every time."""

from __future__ import annotations

import pytest

from pages.shell.examples import DEFAULT_PROMPT
from training.openings import COPIES, OPENINGS
from training.shining import best, copies


def test_texts_to_copy_from_come_with_the_most_certain_first(storyteller) -> None:
    found = copies(storyteller)
    assert {one["prompt"] for one in found} == {prompt for prompt, _answer, _kind in COPIES}
    probabilities = [one["probability"] for one in found]
    assert probabilities == sorted(probabilities, reverse=True)
    assert all(0 <= p <= 1 for p in probabilities)
    for one in found:
        # What should come stands in the text already.
        assert one["answer"].strip() in one["prompt"]
        assert one["probability"] <= 0.5 or one["best"] == one["answer"]


def test_the_apps_first_prompt_stays_first(storyteller) -> None:
    found = best(storyteller, range(1, 3), OPENINGS[:2])
    assert found[0].prompt == DEFAULT_PROMPT
    assert len(found) == 3
    again = best(storyteller, range(1, 3), OPENINGS[:2])
    assert [one.text for one in found] == [one.text for one in again]
    assert found[0].surprise == pytest.approx(again[0].surprise, abs=1e-3)
