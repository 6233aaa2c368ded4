"""What generation computes against the stages and the draw that it stands for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from core.sampling import draw, frugal
from core.sampling.generation import choose
from core.sampling.settings import SamplingSettings
from core.sampling.stages import pipeline
from core.sampling.together import Sampler, choose_many
from tests.core.sampling.examples import VOCAB, knobs, logits_of


@given(st.integers(0, 10_000), knobs)
@limits(max_examples=60, deadline=None)
def test_candidates_are_what_the_stages_leave(seed: int, settings: SamplingSettings) -> None:
    stages = pipeline(logits_of(seed), settings, (1, 2, 2))
    last = stages[-1].probs
    ids, probs = frugal.candidates(logits_of(seed), settings, (1, 2, 2))
    dense = np.zeros(VOCAB, dtype=np.float32)
    dense[ids] = probs
    # The sums run over fewer numbers, so only a token on the very edge of a cut may differ.
    assert np.abs(dense - last).max() < 1e-5
    if settings.repetition_penalty != 1:
        penalised = frugal.penalised(logits_of(seed), settings, (1, 2, 2))
        assert np.array_equal(penalised, stages[1].logits)


@given(
    st.integers(0, 10_000),
    st.floats(0, 1, exclude_max=True),
    st.booleans(),
    st.sampled_from([2_000, 20_000]),  # looked for in one go, in three
)
@limits(max_examples=90, deadline=None)
def test_a_draw_among_the_leading_tokens_is_the_draw(
    seed: int, u: float, ties: bool, n_vocab: int
) -> None:
    logits = logits_of(seed, n_vocab)
    settings = SamplingSettings(temperature=5.0)
    probs = pipeline(np.round(logits) if ties else logits, settings)[-1].probs
    assert frugal.draw(probs, u) == draw.draw(probs, u)


@given(st.integers(0, 10_000), knobs, st.booleans())
@limits(max_examples=60, deadline=None)
def test_many_are_cut_as_each_alone(seed: int, settings: SamplingSettings, ties: bool) -> None:
    settings = replace(settings, repetition_penalty=1.0, top_k=max(1, settings.top_k))
    if settings.greedy:
        settings = replace(settings, temperature=1.0)
    rows = np.stack([logits_of(seed + i) for i in range(4)])
    if ties:
        rows = np.round(rows)
    found = frugal.candidates_of_many(rows, settings)
    for row, made in zip(rows, found, strict=True):
        ids, probs = frugal.candidates(row, settings)
        if made is None:  # more tokens tie for the last place than there is room for
            scaled = np.sort(row / np.float32(settings.temperature))
            assert scaled[-settings.top_k] == scaled[-settings.top_k - 1]
            continue
        dense, want = np.zeros(VOCAB), np.zeros(VOCAB)
        dense[made[0]], want[ids] = made[1], probs
        assert np.abs(dense - want).max() < 1e-5
        assert np.all(np.diff(made[0]) > 0)
    assert ties or all(made is not None for made in found)


def test_many_are_chosen_as_each_alone() -> None:
    kinds = [SamplingSettings(0.9 + 0.1 * (i % 2), 0.8, 40 * (i % 3), 0.95) for i in range(12)] + [
        *[SamplingSettings(temperature=0.8)] * 3,
        *[SamplingSettings(temperature=0.0, top_k=5)] * 2,
        *[SamplingSettings(temperature=0.0)] * 3,
        *[SamplingSettings(temperature=0.0, repetition_penalty=1.5)] * 2,
    ]
    rows = np.stack([logits_of(i, 2_000) for i in range(len(kinds))])
    rows[-4:] = np.round(rows[-4:])  # of equal ones greedy takes the first

    def samplers() -> list[Sampler]:
        return [Sampler(k, (1, 2), np.random.default_rng(i)) for i, k in enumerate(kinds)]

    alone = [
        choose(row, s.settings, s.previous_ids, s.rng)
        for row, s in zip(rows, samplers(), strict=True)
    ]
    for mine, want in zip(choose_many(rows, samplers()), alone, strict=True):
        assert isinstance(mine, tuple)
        assert mine[0] == want[0]
        assert mine[1:3] == pytest.approx(want[1:3], abs=1e-5)
        assert mine[3] == want[3]
