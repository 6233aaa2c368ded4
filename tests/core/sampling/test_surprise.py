"""Scores of a text against transformers' logits."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from core.engine.scoring import score
from core.sampling.surprise import join, score_window, total, windows


def test_a_text_equals_transformers(storyteller, oracle_of) -> None:
    text = "The queen looked at the river, and 日本 was far away."
    ids = storyteller.ids(text)
    scores = join(list(score(storyteller, ids)))
    with torch.no_grad():
        out = oracle_of(storyteller.loaded.source)(torch.tensor([ids]), labels=torch.tensor([ids]))
    log_probs = out.logits[0, :-1].log_softmax(-1).numpy()
    own = log_probs[range(len(ids) - 1), list(ids[1:])]
    assert scores.log_probs == pytest.approx(own, abs=2e-3)
    # Two tokens far down the list may lie closer together than two ways of computing do.
    first = (log_probs > own[:, None] + 1e-4).sum(-1) + 1
    last = (log_probs > own[:, None] - 1e-4).sum(-1)
    assert np.all((first <= scores.ranks) & (scores.ranks <= last))
    assert np.all(last - first < 10), "of 50,257 places"
    entropy = -(np.exp(log_probs.astype(float)) * log_probs).sum(-1) / math.log(2)
    assert scores.entropy == pytest.approx(entropy, abs=1e-3)
    assert np.array_equal(scores.favourites[:, 0], log_probs.argmax(-1))
    n_bytes = len(text.encode()) - len("The")
    whole = total(scores, n_bytes)
    assert math.log(whole.perplexity) == pytest.approx(out.loss.item(), rel=1e-4)
    assert whole.bits_per_byte * n_bytes == pytest.approx(scores.surprisal.sum(), rel=1e-5)


@given(st.integers(0, 500), st.integers(2, 64))
def test_windows_count_every_token_once(n_tokens: int, n_ctx: int) -> None:
    counted = []
    for window in windows(n_tokens, n_ctx):
        assert window.end - window.start <= n_ctx
        assert window.start < window.first < window.end
        if window.start:
            assert window.first - window.start >= n_ctx // 2
        counted += range(window.first, window.end)
    assert counted == list(range(1, n_tokens))


def test_a_long_text_is_scored_in_windows(tiny) -> None:
    ids = tuple(int(i) for i in np.random.default_rng(0).integers(0, 50_000, 150))
    scores = join(list(score(tiny, ids)))
    assert scores.token_ids.tolist() == list(ids[1:])
    window = windows(150, 64)[-1]
    last = tiny.call(score_window, ids[window.start : window.end], 63)
    assert scores.log_probs[-1] == pytest.approx(last.log_probs[0], abs=1e-5)
    assert not scores.log_probs.flags.writeable
    with pytest.raises(ValueError, match="nothing before"):
        tiny.call(score_window, ids[:1], 1)
