"""The patterns of many heads in little memory: a few heads at a time, in one buffer.

The numbers are those of `core.views.attention.attend`. All patterns of GPT-2 Large
at 1,024 tokens are 2.8 GiB: nothing here keeps them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import torch

from core.model.loaded import LoadedModel
from core.views.arrays import handed_over
from core.views.attention import qkv, scaling_of
from core.views.trace import Trace

#: Numbers of the patterns that are held at once where not all are needed: 4 MB.
_CELLS = 2**20


def patterns(
    loaded: LoadedModel, layer: int, q: torch.Tensor, k: torch.Tensor, out: torch.Tensor
) -> Iterator[torch.Tensor]:
    """Patterns of some heads at a time, the first heads first.

    Parameters
    ----------
    q, k : shape (n_head, n_ctx, d_head)
    out : shape (n heads, query, key), float32, on q's device; written over with each of them
    """
    n_ctx = q.shape[1]
    future = torch.ones((n_ctx, n_ctx), dtype=torch.bool, device=q.device).triu_(1)
    for some_q, some_k in zip(q.split(len(out)), k.split(len(out)), strict=True):
        some = out[: len(some_q)]
        # All in one place: of a long prompt every step would leave 4 MB a head behind.
        torch.matmul(some_q.float(), some_k.float().transpose(-1, -2), out=some)
        some.mul_(scaling_of(loaded, layer)).masked_fill_(future, -math.inf)
        yield torch.softmax(some, dim=-1, out=some)


def buffer(loaded: LoadedModel, n_ctx: int) -> torch.Tensor:
    """Where the patterns of a few heads at a time are written; shape (n heads, n_ctx, n_ctx)."""
    at_once = min(loaded.shape.n_head, max(1, _CELLS // n_ctx**2))
    return torch.empty((at_once, n_ctx, n_ctx), device=loaded.device)


def layer_pattern(loaded: LoadedModel, trace: Trace, layer: int) -> np.ndarray:
    """The patterns of one layer alone, read-only; shape (n_head, query, key)."""
    q, k, _v = qkv(loaded, trace, layer)
    out = torch.empty((len(q), trace.n_ctx, trace.n_ctx), device=q.device)
    return handed_over(next(patterns(loaded, layer, q, k, out)))
