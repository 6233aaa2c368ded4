"""The patterns of many heads in little memory: a few heads at a time, in one buffer.

The numbers are those of `core.views.attention.attend`. All patterns of GPT-2 Large
at 1,024 tokens are 2.8 GiB: nothing here keeps them.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch

from core.compiled import compiled
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
    n_head, n_ctx, _d_head = q.shape
    future = torch.ones((n_ctx, n_ctx), dtype=torch.bool, device=q.device).triu_(1)
    scaling, run = scaling_of(loaded, layer), compiled(patterns_of)
    for start in range(0, n_head, len(out)):
        yield run(q, k, start, scaling, future, out)


def patterns_of(
    q: torch.Tensor, k: torch.Tensor, start: int, scaling: float, future: torch.Tensor,
    out: torch.Tensor,
) -> torch.Tensor:  # fmt: skip
    """The patterns of as many heads as there is room for in `out`, from one on; TorchScript."""
    stop = min(start + out.shape[0], q.shape[0])
    some = out[: stop - start]
    # All in one place: of a long prompt every step would leave 4 MB a head behind.
    torch.matmul(q[start:stop].float(), k[start:stop].float().transpose(-1, -2), out=some)
    some.mul_(scaling).masked_fill_(future, -float("inf"))
    return torch.softmax(some, -1, out=some)


def buffer(loaded: LoadedModel, n_ctx: int) -> torch.Tensor:
    """Where the patterns of a few heads at a time are written; shape (n heads, n_ctx, n_ctx)."""
    at_once = min(loaded.shape.n_head, max(1, _CELLS // n_ctx**2))
    return torch.empty((at_once, n_ctx, n_ctx), device=loaded.device)


def layer_pattern(loaded: LoadedModel, trace: Trace, layer: int) -> np.ndarray:
    """The patterns of one layer alone, read-only; shape (n_head, query, key)."""
    q, k, _v = qkv(loaded, trace, layer)
    out = torch.empty((len(q), trace.n_ctx, trace.n_ctx), device=q.device)
    return handed_over(next(patterns(loaded, layer, q, k, out)))
