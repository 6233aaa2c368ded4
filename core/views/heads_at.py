"""What each head of a layer writes into the residual stream of one token.

A head mixes the values v of the tokens that its pattern looks at; its share of
what attention adds is that mixture times the head's own rows of `c_proj`:

    share[h] = (pattern[h] @ v[h]) @ c_proj[h * d_head : (h + 1) * d_head]

The shares of all heads and the bias, once, are what attention adds (Elhage et al.
2021, *A Mathematical Framework for Transformer Circuits*).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_position
from core.views.arrays import integers
from core.views.attention import qkv
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


def mixed_at(
    loaded: LoadedModel, trace: Trace, layer: int, position: int
) -> tuple[torch.Tensor, torch.Tensor]:
    """Attention for one query: patterns (n_head, position + 1), mixed values (n_head, d_head)."""
    q, k, v = qkv(loaded, trace, layer)
    seen = position + 1  # nothing looks ahead
    scores = (k[:, :seen] @ q[:, position, :, None])[..., 0].float()
    scaling = float(loaded.model.transformer.h[layer].attn.scaling)
    pattern = (scores * scaling).softmax(-1).to(v.dtype)
    return pattern, (pattern[:, None] @ v[:, :seen])[:, 0]


def shares_of(loaded: LoadedModel, layer: int, mixed: torch.Tensor) -> torch.Tensor:
    """Each head's share of what attention adds, the bias left out; (n_head, n_embd)."""
    c_proj = loaded.model.transformer.h[layer].attn.c_proj
    with align_module_device(c_proj):
        rows = c_proj.weight.view(loaded.shape.n_head, loaded.shape.d_head, -1)
        return (mixed[:, None] @ rows.to(mixed.device))[:, 0]


def rows_of_head(loaded: LoadedModel, layer: int, head: int) -> torch.Tensor:
    """A head's own rows of `c_proj`; shape (d_head, n_embd)."""
    c_proj, d_head = loaded.model.transformer.h[layer].attn.c_proj, loaded.shape.d_head
    with align_module_device(c_proj):
        rows = c_proj.weight[head * d_head : (head + 1) * d_head]
        return rows.to(loaded.device)


@dataclass(frozen=True, eq=False)
class HeadsAt:
    """What the heads of one layer do for one token; all arrays have shape (n_head,).

    Attributes
    ----------
    lengths : norm of what each head adds to the residual stream (bias left out)
    looks_at : the earlier (or same) position that gets most of its attention
    weights : how much it gets, in [0, 1]
    """

    lengths: np.ndarray
    looks_at: np.ndarray
    weights: np.ndarray


def heads_at(loaded: LoadedModel, trace: Trace, layer: int, position: int) -> HeadsAt:
    """How much each head of a layer adds to a token, and where it looks.

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    """
    check_position(position, trace.n_ctx)
    pattern, mixed = mixed_at(loaded, trace, layer, position)
    added = shares_of(loaded, layer, mixed)
    weights, looks_at = pattern.max(-1)
    return HeadsAt(frozen(added.norm(dim=-1)), integers(looks_at), frozen(weights))
