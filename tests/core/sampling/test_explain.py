"""What is said about the stages, on numbers that can be checked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from core.sampling.explain import explain, leading, ranked, summarise
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline


def test_numbers_said_about_the_stages_are_right() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))
    stages = pipeline(logits, SamplingSettings(top_k=2))
    first, last = summarise(stages, (0,))
    assert first.entropy == pytest.approx(1.75)
    assert first.tail == pytest.approx(0.5)
    assert (last.kept, last.cut) == (2, 2)
    assert last.mass_left == pytest.approx(0.75)
    assert last.tail == pytest.approx(1 / 3)
    cut = explain(stages, 2)[-1]
    assert cut.rank == 3
    assert not cut.kept
    assert cut.above == pytest.approx(0.75)
    assert leading(stages, 2) == (0, 1)
    ranks, probs = ranked(stages[-1])
    assert ranks.tolist() == [1, 2]
    assert probs == pytest.approx([2 / 3, 1 / 3])


def test_cut_tokens_are_ranked_by_the_model_itself() -> None:
    logits = np.log(np.array([0.02, 0.4, 0.08, 0.3, 0.05, 0.15], dtype=np.float32))
    final = pipeline(logits, SamplingSettings(top_k=2))[-1:]
    assert leading(final, 5, logits) == (1, 3, 5, 2, 4)
    # Ties at zero say nothing of what was cut, and those that stay come first.
    swapped = logits.copy()
    swapped[[1, 5]] = logits[[5, 1]]
    assert leading(final, 4, swapped) == (1, 3, 5, 2)
    assert leading(final, 99, logits) == (1, 3, 5, 2, 4, 0)
