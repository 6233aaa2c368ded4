"""Draws against the naive search, and against chance."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from scipy.stats import chisquare

from core.sampling import frugal
from core.sampling.draw import draw, segments
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from tests.core.sampling.examples import VOCAB, logits_of


@given(st.integers(0, 10_000), st.floats(0, 1, exclude_max=True))
@limits(max_examples=60, deadline=None)
def test_draw_is_the_naive_one(seed: int, u: float) -> None:
    probs = pipeline(logits_of(seed), SamplingSettings(temperature=3.0))[-1].probs
    total = 0.0
    for token in sorted(range(VOCAB), key=lambda i: (-probs[i], i)):
        total += float(probs[token])
        if u < total:
            break
    assert draw(probs, u) == token
    assert frugal.draw(probs, u) == token


def test_draw_never_takes_what_was_cut() -> None:
    probs = np.zeros(500, dtype=np.float32)
    probs[[3, 7]] = [0.25, 0.74999]  # sums to a little under one
    for take in (draw, frugal.draw):
        assert take(probs, 0.5) == 7
        assert take(probs, 0.8) == 3
        assert take(probs, 0.999999999) == 3


@pytest.mark.parametrize("settings", [SamplingSettings(), SamplingSettings(1.2, 0.8, 40, 0.9)])
def test_frequencies_pass_chi_square(storyteller, settings: SamplingSettings) -> None:
    ids = storyteller.ids("Once upon a time there was a")
    probs = pipeline(storyteller.trace(ids).logits, settings, ids)[-1].probs
    rng = np.random.default_rng(7)
    n = 3_000
    drawn = np.bincount([frugal.draw(probs, rng.random()) for _ in range(n)], minlength=len(probs))
    often = probs * n >= 5
    observed = [*drawn[often], drawn[~often].sum()]
    expected = np.array([*probs[often], probs[~often].sum()], dtype=float) * n
    keep = expected > 0
    assert sum(o for o, k in zip(observed, keep, strict=True) if not k) == 0
    expected = expected[keep] / expected[keep].sum() * n
    assert chisquare(np.array(observed)[keep], expected).pvalue > 1e-3


def test_the_line_has_a_piece_for_each_token() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))
    stages = pipeline(logits, SamplingSettings(top_k=2))
    pieces = segments(stages[-1].probs, 1)
    assert [(p.token_id, round(p.end, 4)) for p in pieces] == [(0, 0.6667), (None, 1.0)]
    assert [p.token_id for p in segments(stages[0].probs, 1, also=3)] == [0, None, 3]
