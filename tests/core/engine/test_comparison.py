"""Ways to choose, against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from core.engine.comparison import measure, side_by_side
from tests.core.sampling.examples import SETTINGS


def test_side_by_side(storyteller) -> None:
    ids = storyteller.ids("The fox")
    # Without a penalty a beam's score is the model's own log-probability per token.
    plain = replace(SETTINGS, repetition_penalty=1.0)
    *_rest, last = side_by_side(storyteller, ids, plain, seeds=(1, 2), n_beams=3, max_new_tokens=5)
    assert last.share == 1
    ways, variety = measure(storyteller, ids, last)
    assert len(ways) == 4
    assert ways[0].log_prob == pytest.approx(
        sum(np.log(c.model_probability) for c in last.greedy), abs=1e-3
    )
    best = last.search.finished[0]
    assert ways[-1].log_prob == pytest.approx(best.score * len(best.token_ids), abs=1e-3)
    assert 0 < variety <= 1
