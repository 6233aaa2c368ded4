"""The pipeline against transformers' processors and generate; draws against chance."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from scipy.stats import chisquare
from transformers import GenerationConfig

from core.sampling import stages as sampling
from core.sampling.generation import Sampler, choose, choose_many
from core.sampling.stages import SamplingSettings, distribution, draw, pipeline

VOCAB = 300
knobs = st.builds(
    SamplingSettings,
    repetition_penalty=st.floats(0.5, 2.0),
    temperature=st.one_of(st.just(0.0), st.floats(0.05, 100.0)),
    top_k=st.integers(0, 400),
    top_p=st.floats(0.0, 1.0),
    min_p=st.floats(0.0, 1.0),
)


def logits_of(seed: int, n: int = VOCAB) -> np.ndarray:
    return (np.random.default_rng(seed).normal(size=n) * 4 - 30).astype(np.float32)


def from_generate(engine, settings: SamplingSettings):
    """The processors that `generate` itself would build."""
    greedy = settings.greedy
    config = GenerationConfig(
        do_sample=not greedy,
        repetition_penalty=float(settings.repetition_penalty),
        temperature=1.0 if greedy else float(settings.temperature),
        top_k=0 if greedy else settings.top_k,
        top_p=1.0 if greedy else settings.top_p,
        min_p=None if greedy or settings.min_p == 0 else settings.min_p,
    )
    return engine.loaded.model._get_logits_processor(
        config, input_ids_seq_length=3, prefix_allowed_tokens_fn=None, logits_processor=[]
    )


@pytest.mark.parametrize(
    "settings",
    [
        SamplingSettings(),
        SamplingSettings(temperature=0.7),
        SamplingSettings(1.3, 0.8, 40, 0.9, 0.05),
        SamplingSettings(1.3, 0.0, 40, 0.9, 0.05),
        SamplingSettings(temperature=100.0, top_p=0.3),
        SamplingSettings(top_p=0.0),
        SamplingSettings(min_p=1.0, top_k=1),
    ],
)
def test_the_chain_is_the_one_of_generate(tiny, settings: SamplingSettings) -> None:
    logits = tiny.trace("One two three").logits
    ids = tiny.ids("One two three")
    chain = from_generate(tiny, settings)
    assert [type(p) for p in chain] == [type(p) for _name, p in sampling.processors(settings)]
    want = chain(torch.tensor([ids]), torch.from_numpy(logits.copy())[None])[0]
    stages = pipeline(logits, settings, ids)
    assert np.array_equal(stages[-1].logits, want.numpy())
    assert np.array_equal(stages[-1].probs, want.softmax(-1).numpy())


@given(st.integers(0, 10_000), knobs)
@limits(max_examples=60, deadline=None)
def test_every_stage_is_a_distribution_and_cuts_never_come_back(seed, settings) -> None:
    stages = pipeline(logits_of(seed), settings, (1, 2, 2))
    for before, after in pairwise(stages):
        assert not np.any(np.isinf(before.logits) & np.isfinite(after.logits))
    for stage in stages:
        assert stage.kept >= 1
        assert stage.probs.sum(dtype=float) == pytest.approx(1, abs=1e-5)
        assert not stage.probs.flags.writeable
    last = stages[-1].probs
    both = distribution(np.stack([logits_of(seed)] * 2), settings, np.array([[1, 2, 2]] * 2))
    assert np.array_equal(both[0], last)
    assert np.array_equal(both[1], last)
    ids, probs = sampling.candidates(logits_of(seed), settings, (1, 2, 2))
    dense = np.zeros(VOCAB, dtype=np.float32)
    dense[ids] = probs
    # The sums run over fewer numbers, so only a token on the very edge of a cut may differ.
    assert np.abs(dense - last).max() < 1e-5


@given(st.integers(0, 10_000), knobs, st.booleans())
@limits(max_examples=60, deadline=None)
def test_many_are_cut_as_each_alone(seed: int, settings: SamplingSettings, ties: bool) -> None:
    settings = replace(settings, repetition_penalty=1.0, top_k=max(1, settings.top_k))
    if settings.greedy:
        settings = replace(settings, temperature=1.0)
    rows = np.stack([logits_of(seed + i) for i in range(4)])
    if ties:
        rows = np.round(rows)
    found = sampling.candidates_of_many(rows, settings)
    for row, made in zip(rows, found, strict=True):
        ids, probs = sampling.candidates(row, settings)
        if made is None:  # more tokens tie for the last place than there is room for
            scaled = np.sort(row / np.float32(settings.temperature))
            assert scaled[-settings.top_k] == scaled[-settings.top_k - 1]
            continue
        dense, want = np.zeros(VOCAB), np.zeros(VOCAB)
        dense[made[0]], want[ids] = made[1], probs
        assert np.abs(dense - want).max() < 1e-5
        assert np.all(np.diff(made[0]) > 0)
    assert ties or all(made is not None for made in found)


@given(st.integers(0, 10_000), st.integers(1, 60), st.sampled_from([64, 2_000, 9_001]))
@limits(max_examples=60, deadline=None)
def test_leaders_are_the_largest(seed: int, k: int, n_vocab: int) -> None:
    rows = np.stack([logits_of(seed + i, n_vocab) for i in range(3)])
    rows[2] = np.round(rows[2])  # many equal ones
    values, ids = sampling.leaders(torch.from_numpy(rows), k)
    assert np.array_equal(values.numpy(), -np.sort(-rows, axis=1)[:, :k])
    assert np.array_equal(np.take_along_axis(rows, ids.numpy(), 1), values.numpy())
    assert all(len(set(row)) == k for row in ids.tolist())


def test_many_are_chosen_as_each_alone() -> None:
    kinds = [SamplingSettings(0.9 + 0.1 * (i % 2), 0.8, 40 * (i % 3), 0.95) for i in range(12)] + [
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


def test_draw_never_takes_what_was_cut() -> None:
    probs = np.zeros(500, dtype=np.float32)
    probs[[3, 7]] = [0.25, 0.74999]  # sums to a little under one
    assert draw(probs, 0.5) == 7
    assert draw(probs, 0.8) == 3
    assert draw(probs, 0.999999999) == 3


@pytest.mark.parametrize("settings", [SamplingSettings(), SamplingSettings(1.2, 0.8, 40, 0.9)])
def test_frequencies_pass_chi_square(storyteller, settings: SamplingSettings) -> None:
    ids = storyteller.ids("Once upon a time there was a")
    probs = pipeline(storyteller.trace(ids).logits, settings, ids)[-1].probs
    rng = np.random.default_rng(7)
    n = 3_000
    drawn = np.bincount([draw(probs, rng.random()) for _ in range(n)], minlength=len(probs))
    often = probs * n >= 5
    observed = [*drawn[often], drawn[~often].sum()]
    expected = np.array([*probs[often], probs[~often].sum()], dtype=float) * n
    keep = expected > 0
    assert sum(o for o, k in zip(observed, keep, strict=True) if not k) == 0
    expected = expected[keep] / expected[keep].sum() * n
    assert chisquare(np.array(observed)[keep], expected).pvalue > 1e-3


def test_numbers_said_about_the_stages_are_right() -> None:
    logits = np.log(np.array([0.5, 0.25, 0.125, 0.125], dtype=np.float32))
    stages = pipeline(logits, SamplingSettings(top_k=2))
    first, last = sampling.summarise(stages, (0,))
    assert first.entropy == pytest.approx(1.75)
    assert first.tail == pytest.approx(0.5)
    assert (last.kept, last.cut) == (2, 2)
    assert last.mass_left == pytest.approx(0.75)
    assert last.tail == pytest.approx(1 / 3)
    cut = sampling.explain(stages, 2)[-1]
    assert cut.rank == 3
    assert not cut.kept
    assert cut.above == pytest.approx(0.75)
    assert sampling.leading(stages, 2) == (0, 1)
    pieces = sampling.segments(stages[-1].probs, 1)
    assert [(p.token_id, round(p.end, 4)) for p in pieces] == [(0, 0.6667), (None, 1.0)]
    assert [p.token_id for p in sampling.segments(stages[0].probs, 1, also=3)] == [0, None, 3]
    ranks, probs = sampling.ranked(stages[-1])
    assert ranks.tolist() == [1, 2]
    assert probs == pytest.approx([2 / 3, 1 / 3])


def test_idle_knobs_are_named() -> None:
    assert sampling.neutral(SamplingSettings(1.0, 0.0, 40, 0.9, 0.1)) == (
        "top_k",
        "top_p",
        "min_p",
    )
    assert sampling.neutral(SamplingSettings(1.0, 1.0, 1, 0.9, 0.1)) == ("top_p", "min_p")
    assert sampling.neutral(SamplingSettings(1.0, 1.0, 40, 0.0, 0.1)) == ("min_p",)
    assert sampling.neutral(SamplingSettings(1.0, 0.8, 40, 0.9, 0.1)) == ()


@pytest.mark.parametrize(
    "wrong",
    [
        {"temperature": -1.0},
        {"temperature": float("nan")},
        {"top_k": -1},
        {"top_p": 1.5},
        {"min_p": -0.1},
        {"repetition_penalty": 0.0},
    ],
)
def test_impossible_settings_are_refused(wrong: dict) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SamplingSettings(**wrong)
