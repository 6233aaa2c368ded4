"""What unwanted tokens add to the loss, by autograd and by hand: `training.repeats` says which."""

from __future__ import annotations

import torch
import torch.nn.functional as F

#: The most that one unwanted token's price may weigh: its gradient is p / (1 - p).
MOST = 0.99


def exact_loss(
    logits: torch.Tensor, targets: torch.Tensor, unwanted: torch.Tensor, price: float
) -> torch.Tensor:
    """Cross entropy, and the price of the unwanted tokens, by autograd; logits (n, n_vocab)."""
    loss = F.cross_entropy(logits, targets)
    if not price:
        return loss
    probs = logits.softmax(-1).gather(1, unwanted.clamp_min(0)) * (unwanted >= 0)
    return loss - price * (1 - probs.clamp_max(MOST)).log().sum() / len(targets)


def priced(probs: torch.Tensor, unwanted: torch.Tensor, price: float) -> torch.Tensor:
    """What the unwanted tokens of a few rows cost; its gradient is put into `probs`, in place.

    The gradient of ``-log(1 - p_c)`` is ``w_c (onehot_c - probs)`` with w_c = p_c / (1 - p_c).
    """
    there, at = unwanted >= 0, unwanted.clamp_min(0)
    p = probs.gather(1, at) * there
    low = p.clamp_max(MOST)
    weight = price * torch.where(p < MOST, p / (1 - low), torch.zeros_like(p))
    probs *= 1 - weight.sum(1, keepdim=True)
    probs.scatter_add_(1, at, weight)
    return -price * (1 - low).log().sum()
