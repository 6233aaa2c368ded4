"""What the tests of attention share: a text, and heads made by hand."""

from __future__ import annotations

import numpy as np
import torch

from core.views.head_steps import HeadSteps, head_rows, head_steps

STORY = "Once there was a king. The king had a cat, and the cat had a king."
#: A text of token ids in which three tokens repeat.
IDS = (7, 8, 9, 7, 8, 9)


def eager(oracle_of, engine, ids: tuple[int, ...]):
    with torch.no_grad():
        return oracle_of(engine.loaded.source)(torch.tensor([ids]), output_attentions=True)


def steps_of(engine, trace, layer: int, head: int, query: int) -> HeadSteps:
    rows = engine.call(head_rows, layer, head)
    return head_steps(engine.attention(trace, layer), rows, head, query)


def pointing(targets: list[int]) -> np.ndarray:
    """A head of weight one from query i to key targets[i]; shape (1, n, n)."""
    pattern = np.zeros((1, len(targets), len(targets)), dtype=np.float32)
    pattern[0, np.arange(len(targets)), targets] = 1.0
    return pattern
