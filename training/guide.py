"""A hint for the two heads that copy; only for runs that would end before they find it."""

from __future__ import annotations

import math

import torch
from transformers import GPT2LMHeadModel


class Guide:
    """A hint for two heads, while the run is young: what to look at in order to copy.

    Copying needs two heads in a row: one that looks at the previous token and,
    above it, one that looks for the token that followed last time (Olsson et
    al., 2022). Long runs find this by themselves after tens of millions of
    tokens; a run on a processor ends before. So the cross entropy between two
    heads' attention and those targets is added to the loss, with a weight that
    falls to zero well before the end; what the heads do after that, they do
    because it pays. Where there is nothing to copy, the upper head is told to
    rest on the first token, as such heads do in larger models (Xiao et al., 2024).
    """

    UNTIL = 0.95

    def __init__(self, model: GPT2LMHeadModel, weight: float) -> None:
        n_layer = model.config.n_layer
        self.model, self.weight = model, weight
        self.previous, self.induction = min(1, n_layer - 1), min(3, n_layer - 1)
        self.seen: dict[int, torch.Tensor] = {}
        if weight:
            for layer in {self.previous, self.induction}:
                model.transformer.h[layer].register_forward_pre_hook(self._keep(layer))

    def _keep(self, layer: int):
        def keep(_module, inputs) -> None:
            self.seen[layer] = inputs[0]

        return keep

    def _log_attention(self, layer: int, head: int, rows: slice) -> torch.Tensor:
        """Log attention of one head; shape (rows, query, key)."""
        block = self.model.transformer.h[layer]
        width = self.model.config.n_embd
        d_head = width // self.model.config.n_head
        x = block.ln_1(self.seen[layer][rows])
        parts = []
        for start in (head * d_head, width + head * d_head):  # c_attn packs all Q, then all K
            columns = slice(start, start + d_head)
            weight, bias = block.attn.c_attn.weight[:, columns], block.attn.c_attn.bias[columns]
            parts.append(x @ weight + bias)
        scores = parts[0] @ parts[1].transpose(-1, -2) / math.sqrt(d_head)
        future = torch.ones_like(scores[0], dtype=torch.bool).triu(1)
        return scores.masked_fill(future, -math.inf).log_softmax(-1)

    def loss(self, done: float, drills: int, counts: torch.Tensor) -> torch.Tensor | float:
        """The hint's loss in nats, weighted; `counts` (rows, length) marks what drills repeat."""
        weight = self.weight * (1 - done / self.UNTIL)
        if weight <= 0:
            return 0.0
        rows = slice(0, max(4, drills))
        total = (
            -self._log_attention(self.previous, 3 % self.model.config.n_head, rows)
            .diagonal(-1, -2, -1)
            .mean()
        )
        if drills:
            attention = self._log_attention(
                self.induction, 5 % self.model.config.n_head, slice(0, drills)
            )
            period = counts[:drills].int().argmax(-1)
            row, query = counts[:drills].nonzero(as_tuple=True)
            total = total - attention[row, query, query + 1 - period[row]].mean()
            row, query = (~counts[:drills]).nonzero(as_tuple=True)
            total = total - attention[row, query, 0].mean()
        return weight * total
