"""The softmax over a part of the vocabulary."""

from __future__ import annotations

import pytest
import torch

from training import softmax
from training.softmax import HalfLoss, Head, plain_loss


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


@pytest.mark.parametrize("price", [0.0, 0.7])
def test_the_loss_in_half_precision_is_the_plain_one(price: float) -> None:
    """Value and both gradients, with rows that do not fill the last few, within bfloat16."""
    torch.manual_seed(1)
    n, part, width, sampled = 150, 300, 32, 250
    slots = torch.randint(part, (n,))
    unwanted = (slots[:, None] + 1 + torch.randperm(40)[:5]) % part
    unwanted[::3, 2:] = -1
    found = []
    for loss_of in (plain_loss, HalfLoss.apply):
        torch.manual_seed(2)
        hidden = torch.randn(n, width, requires_grad=True)
        wte = torch.randn(part, width, requires_grad=True)
        loss = loss_of(hidden, wte, slots, sampled, 2.5, unwanted, price)
        (3 * loss).backward()
        found.append((loss.detach(), hidden.grad, wte.grad))
    for plain, half in zip(*found, strict=True):
        assert float((plain - half).norm() / plain.norm()) < 0.01


def test_autocast_takes_the_loss_in_half_precision(monkeypatch: pytest.MonkeyPatch) -> None:
    taken: list[int] = []
    monkeypatch.setattr(
        softmax, "HalfLoss", type("Noted", (), {"apply": lambda *_: taken.append(1)})
    )
    head = Head(torch.arange(40, 0, -1).numpy(), 20, 10, "cpu")
    rows = (torch.randn(1, 4, 8), torch.zeros(1, 4, dtype=torch.long))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        head.loss(*rows, torch.ones(1, 4, dtype=torch.bool), torch.randn(40, 8))
    assert taken == [1]
