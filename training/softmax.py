"""The loss over the vocabulary, whole or with its rare part sampled."""

from __future__ import annotations

import math

import numpy as np
import torch

from training.price import exact_loss, priced


class Head:
    """Cross entropy over the vocabulary, exact or with the rare part sampled.

    On a processor the head is half of the work. The most frequent tokens and
    the batch's own targets enter the partition sum exactly; the rest is
    estimated from a uniform sample, each sampled logit raised by
    log(n_rest / n_sampled) so that the sum is right on average.

    With a `price`, tokens that are unwanted at a place (`training.repeats`) cost
    ``-price * log(1 - p)`` there.
    """

    def __init__(
        self, counts: np.ndarray, frequent: int, sampled: int, device: str, price: float = 0.0
    ) -> None:
        order = np.argsort(-counts, kind="stable")
        self.exact = frequent >= len(counts)
        self.frequent = torch.from_numpy(order[:frequent].copy()).to(device)
        self.rest = torch.from_numpy(order[frequent:].copy()).to(device)
        self.n_sampled = sampled
        self.slot = torch.full((len(counts),), -1, dtype=torch.long, device=device)
        self.price = price

    def loss(
        self,
        hidden: torch.Tensor,
        targets: torch.Tensor,
        counts: torch.Tensor,
        wte: torch.Tensor,
        unwanted: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """Mean loss in nats.

        Parameters
        ----------
        hidden : shape (rows, length, n_embd)
        targets, counts : shape (rows, length)
        unwanted : shape (rows, length, n), token ids, -1 for none
        """
        hidden, targets = hidden[counts], targets[counts]
        given = torch.full((len(targets), 1), -1) if unwanted is None else unwanted[counts]
        given = given.to(targets.device)
        if self.exact:
            return exact_loss((hidden @ wte.T).float(), targets, given, self.price)
        slot, ids, n_sampled = self._part(targets)
        n_rest = len(self.slot) - (len(ids) - n_sampled)  # of which those are a sample
        raised = math.log(n_rest / max(1, n_sampled))
        # What stands at no place of this part is not looked at.
        bad = torch.where(given < 0, -1, slot[given])
        rows = (wte[ids], slot[targets], len(ids) - n_sampled, raised, bad, self.price)
        if torch.is_autocast_enabled(hidden.device.type):
            return HalfLoss.apply(hidden, *rows)
        return plain_loss(hidden, *rows)

    def _part(self, targets: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, int]:
        """Where in the part each token stands, or -1; its ids, the sampled ones last; how many."""
        slot = self.slot.clone()
        slot[self.frequent] = torch.arange(len(self.frequent), device=slot.device)
        extra = torch.unique(targets[slot[targets] < 0])
        slot[extra] = len(self.frequent) + torch.arange(len(extra), device=slot.device)
        pick = torch.randint(len(self.rest), (self.n_sampled,), device=slot.device)
        sample = torch.unique(self.rest[pick])
        sample = sample[slot[sample] < 0]
        return slot, torch.cat([self.frequent, extra, sample]), len(sample)


def plain_loss(
    hidden: torch.Tensor,
    wte: torch.Tensor,
    slots: torch.Tensor,
    sampled: int,
    raised: float,
    unwanted: torch.Tensor,
    price: float,
) -> torch.Tensor:
    """Cross entropy over a part of the vocabulary, by autograd.

    Parameters
    ----------
    hidden : shape (n, n_embd)
    wte : shape (n_part, n_embd)
    slots : shape (n,)
        Where in the part each target is.
    sampled : from which row of `wte` on the tokens are sampled ones
    raised : what a sampled token's logit is raised by, in nats
    unwanted : shape (n, n_unwanted)
        Where in the part each token is that should not come; -1 for none.
    price : weight of ``-log(1 - p)`` of those
    """
    correction = torch.zeros(len(wte), device=wte.device)
    correction[sampled:] = raised
    return exact_loss(hidden @ wte.T + correction, slots, unwanted, price)


class HalfLoss(torch.autograd.Function):
    """`plain_loss` with bfloat16 products, a few rows at a time; a test holds both equal.

    Autograd writes the logits to memory five times over, 160 MB each time, and
    waits for it. Sixty-four rows stay in the cache: softmax, loss and gradient are
    taken there, and only the gradient is kept, as bfloat16, for the two products
    that need it. 2.7 times as fast on a processor with AMX.
    """

    ROWS = 64

    @staticmethod
    def forward(ctx, hidden, wte, slots, sampled, raised, unwanted, price):
        hidden, wte = hidden.bfloat16(), wte.bfloat16()
        gradient = torch.empty(len(hidden), len(wte), dtype=torch.bfloat16, device=wte.device)
        total = torch.zeros((), device=wte.device)
        for start in range(0, len(hidden), HalfLoss.ROWS):
            few = slice(start, start + HalfLoss.ROWS)
            logits = (hidden[few] @ wte.T).float()
            logits[:, sampled:] += raised
            target = slots[few, None]
            probs = logits.softmax(1)
            total -= probs.gather(1, target).clamp_min(1e-37).log().sum()
            if price:
                total += priced(probs, unwanted[few], price)
            gradient[few] = probs.scatter_add_(
                1, target, -torch.ones_like(target, dtype=probs.dtype)
            )
        ctx.save_for_backward(hidden, wte, gradient)
        return total / len(hidden)

    @staticmethod
    def backward(ctx, *outside):
        hidden, wte, gradient = ctx.saved_tensors
        scale = outside[0] / len(hidden)
        of_hidden = (gradient @ wte).float() * scale
        of_wte = (gradient.T @ hidden).float() * scale
        return of_hidden, of_wte, None, None, None, None, None
