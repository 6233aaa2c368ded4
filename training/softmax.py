"""The loss over the vocabulary, whole or with its rare part sampled."""

from __future__ import annotations

import math

import numpy as np
import torch
import torch.nn.functional as F


class Head:
    """Cross entropy over the vocabulary, exact or with the rare part sampled.

    On a processor the head is half of the work. The most frequent tokens and
    the batch's own targets enter the partition sum exactly; the rest is
    estimated from a uniform sample, each sampled logit raised by
    log(n_rest / n_sampled) so that the sum is right on average.
    """

    def __init__(self, counts: np.ndarray, frequent: int, sampled: int, device: str) -> None:
        order = np.argsort(-counts, kind="stable")
        self.exact = frequent >= len(counts)
        self.frequent = torch.from_numpy(order[:frequent].copy()).to(device)
        self.rest = torch.from_numpy(order[frequent:].copy()).to(device)
        self.n_sampled = sampled
        self.slot = torch.full((len(counts),), -1, dtype=torch.long, device=device)

    def loss(
        self, hidden: torch.Tensor, targets: torch.Tensor, counts: torch.Tensor, wte: torch.Tensor
    ) -> torch.Tensor:
        """Mean loss in nats; hidden (rows, length, n_embd), targets and counts (rows, length)."""
        hidden, targets = hidden[counts], targets[counts]
        if self.exact:
            return F.cross_entropy((hidden @ wte.T).float(), targets)
        slot = self.slot.clone()
        slot[self.frequent] = torch.arange(len(self.frequent), device=slot.device)
        extra = torch.unique(targets[slot[targets] < 0])
        slot[extra] = len(self.frequent) + torch.arange(len(extra), device=slot.device)
        pick = torch.randint(len(self.rest), (self.n_sampled,), device=slot.device)
        sample = torch.unique(self.rest[pick])
        sample = sample[slot[sample] < 0]
        ids = torch.cat([self.frequent, extra, sample])
        logits = hidden @ wte[ids].T
        n_rest = len(self.rest) - len(extra)
        correction = torch.zeros(len(ids), device=logits.device)
        correction[len(ids) - len(sample) :] = math.log(n_rest / max(1, len(sample)))
        return F.cross_entropy(logits + correction, slot[targets])
