"""Shares that sum to one, whatever the scores."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from core.views.softmax import log_softmax, softmax


def test_shares_of_one_two_and_nothing() -> None:
    scores = np.array([np.log(1.0), np.log(3.0), -np.inf], dtype=np.float32)
    assert softmax(scores).tolist() == pytest.approx([0.25, 0.75, 0.0])
    assert softmax(scores).dtype == np.float32
    assert scores[2] == -np.inf  # nothing writes to its arguments


def test_large_scores_do_not_overflow_and_equal_pytorch() -> None:
    scores = np.random.default_rng(0).normal(0, 300, (4, 50))
    assert np.allclose(softmax(scores), torch.from_numpy(scores).softmax(-1).numpy(), atol=1e-12)
    assert np.allclose(log_softmax(scores), torch.from_numpy(scores).log_softmax(-1), atol=1e-9)
