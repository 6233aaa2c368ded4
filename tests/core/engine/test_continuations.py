"""Whole continuations against generate."""

from __future__ import annotations

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


def test_many_draws_are_the_runs_of_their_seeds(storyteller) -> None:
    ids = storyteller.ids("The fox")
    *_rest, last = continuations.many(storyteller, ids, SETTINGS, seeds=range(4), max_new_tokens=5)
    for seed, one in enumerate(last):
        alone = continuations.write(storyteller, ids, SETTINGS, seed=seed, max_new_tokens=5)
        assert one.token_ids == tuple(c.token_id for c in alone)
