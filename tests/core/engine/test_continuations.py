"""Whole continuations against generate, and against each other."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from core.engine import continuations
from core.sampling.choice import text_of
from core.sampling.settings import SamplingSettings
from tests.core.sampling.examples import SETTINGS


def test_greedy_is_generates(storyteller, oracle_of) -> None:
    ids = storyteller.ids("The little dog")
    greedy = SamplingSettings(temperature=0.0)
    run = list(continuations.write(storyteller, ids, greedy, seed=0, max_new_tokens=20))
    given = torch.tensor([ids])
    want = oracle_of(storyteller.loaded.source).generate(
        given, attention_mask=torch.ones_like(given), do_sample=False, max_new_tokens=20,
        pad_token_id=50256,
    )  # fmt: skip
    assert [c.token_id for c in run] == want[0, len(ids) :].tolist()


def test_stop_texts_and_other_ends(storyteller, tiny) -> None:
    ids = storyteller.ids("The king")
    greedy = SamplingSettings(temperature=0.0)

    def write(engine, ids, n, stop_at=""):
        found = list(
            continuations.write(engine, ids, greedy, seed=0, max_new_tokens=n, stop_at=stop_at)
        )
        why = continuations.why_ended(
            len(ids),
            found,
            n_ctx=engine.shape.n_ctx,
            end_of_text=engine.tokenizer.eos_token_id,
            max_new_tokens=n,
            stop_at=stop_at,
            stopped=False,
        )
        return found, why

    whole, why = write(storyteller, ids, 12)
    assert why == "length"
    text = text_of(whole)
    stopped, why = write(storyteller, ids, 12, text[:6])
    assert why == "stop text"
    assert len(stopped) < len(whole)
    assert write(storyteller, ids, 12, "never to be met")[1] == "length"
    full, why = write(tiny, tuple(range(500, 563)), 30)
    assert why == "context"
    assert len(full) == 2


def test_side_by_side(storyteller) -> None:
    ids = storyteller.ids("The fox")
    # Without a penalty a beam's score is the model's own log-probability per token.
    plain = replace(SETTINGS, repetition_penalty=1.0)
    *_rest, last = continuations.compare(
        storyteller, ids, plain, seeds=(1, 2), n_beams=3, max_new_tokens=5
    )
    assert last.share == 1
    ways, variety = continuations.measure(storyteller, ids, last)
    assert len(ways) == 4
    assert ways[0].log_prob == pytest.approx(
        sum(np.log(c.model_probability) for c in last.greedy), abs=1e-3
    )
    best = last.search.finished[0]
    assert ways[-1].log_prob == pytest.approx(best.score * len(best.token_ids), abs=1e-3)
    assert 0 < variety <= 1


def test_many_draws_are_the_runs_of_their_seeds(storyteller) -> None:
    ids = storyteller.ids("The fox")
    *_rest, last = continuations.many(storyteller, ids, SETTINGS, seeds=range(4), max_new_tokens=5)
    for seed, one in enumerate(last):
        alone = continuations.write(storyteller, ids, SETTINGS, seed=seed, max_new_tokens=5)
        assert one.token_ids == tuple(c.token_id for c in alone)
