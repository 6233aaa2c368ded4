"""The pipeline against transformers' processors and generate."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from transformers import GenerationConfig

from core.sampling.settings import SamplingSettings
from core.sampling.stages import final_stage, pipeline, processors
from tests.core.sampling.examples import knobs, logits_of


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
    assert [type(p) for p in chain] == [type(p) for _name, p in processors(settings)]
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
    last = final_stage(logits_of(seed), settings, (1, 2, 2))
    assert last.name == stages[-1].name
    assert np.array_equal(last.logits, stages[-1].logits)
    assert np.array_equal(last.probs, stages[-1].probs)
