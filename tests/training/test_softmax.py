"""The softmax over a part of the vocabulary."""

from __future__ import annotations

import torch

from training.softmax import Head


def test_the_sampled_head_estimates_the_exact_loss() -> None:
    """On average over samples the estimate is the exact cross entropy, within its noise."""
    torch.manual_seed(0)
    n_vocab, width = 400, 16
    wte = 0.5 * torch.randn(n_vocab, width)
    hidden, targets = torch.randn(2, 40, width), torch.randint(n_vocab, (2, 40))
    mask = torch.ones(2, 40, dtype=torch.bool)
    counts = torch.arange(n_vocab, 0, -1).numpy()
    exact = Head(counts, n_vocab, 0, "cpu").loss(hidden, targets, mask, wte)
    sampled = Head(counts, 200, 120, "cpu")
    tries = torch.stack([sampled.loss(hidden, targets, mask, wte) for _ in range(60)])
    assert abs(float(tries.mean() - exact)) < 0.05
    assert float(tries.std()) > 0  # it is an estimate, not the sum itself
