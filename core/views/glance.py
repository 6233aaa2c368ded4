"""Where one token looks, in every head of a layer, without making a single key.

A score is a product of three things, and it does not matter which two meet first:

    q . k_j = q . (x_j @ W_k + b_k) = (W_k @ q) . x_j + q . b_k

So the query is taken back through the key's matrix once, and meets the normalised stream
itself. `q . b_k` is the same for all keys and falls out of the softmax. For one query
this reads two matrices of n_embd x n_embd instead of multiplying all tokens by three.

Elhage et al. (2021), *A Mathematical Framework for Transformer Circuits*: the QK circuit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_layer, check_position
from core.views.arrays import tensor
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


def glance(loaded: LoadedModel, trace: Trace, layer: int, position: int) -> np.ndarray:
    """The row of every head's pattern that belongs to one query.

    Returns
    -------
    shape (n_head, position + 1), rows sum to one

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_position(position, trace.n_ctx)
    block = loaded.model.transformer.h[layer]
    x = block.ln_1(tensor(loaded, trace.resid[layer, : position + 1]))
    n_embd, n_head, d_head = loaded.shape.n_embd, loaded.shape.n_head, loaded.shape.d_head
    with align_module_device(block.attn.c_attn):
        weight, bias = block.attn.c_attn.weight, block.attn.c_attn.bias
        # c_attn packs all Q, then all K, then all V.
        q = (x[-1] @ weight[:, :n_embd] + bias[:n_embd]).view(n_head, d_head, 1)
        keys = weight[:, n_embd : 2 * n_embd].view(n_embd, n_head, d_head).transpose(0, 1)
        back = (keys @ q)[..., 0]  # (n_head, n_embd)
    scores = (back @ x.T).float() * float(block.attn.scaling)
    return frozen(torch.softmax(scores, dim=-1))


def farthest_look(loaded: LoadedModel, trace: Trace, position: int) -> tuple[int, int]:
    """The layer and head that look hardest at one token some way back.

    The first token, where heads rest, and the last three do not count, the token itself among
    them, unless there is nothing else.
    """
    best = (-1.0, 0, 0)
    reach = slice(1, position - 2) if position > 3 else slice(0, max(1, position))
    for layer in range(trace.n_layer):
        weights = glance(loaded, trace, layer, position)[:, reach].max(-1)
        head = int(weights.argmax())
        best = max(best, (float(weights[head]), -layer, -head))
    return -best[1], -best[2]
