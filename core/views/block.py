"""One block at work on one token.

    x = x + attn(ln_1(x))
    x = x + mlp(ln_2(x)),    mlp(x) = c_proj(gelu(c_fc(x)))

Radford et al. (2019), *Language Models are Unsupervised Multitask Learners*,
section 2.3: the layer norms come before each part of the block.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from core.model.bounds import check_layer, check_position
from core.views.arrays import tensor
from core.views.attention import qkv
from core.views.heads_at import mixed_at
from core.views.layer_norm import NormSteps, norm_of
from core.views.trace import Trace, frozen

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class BlockSteps:
    """One block at work on one token; vectors have shape (n_embd,) unless said.

    Attributes
    ----------
    layer, position : counted from zero
    resid_pre : the residual stream that enters
    ln_1, ln_2 : the two layer norms, step by step
    attn : what attention adds
    resid_mid : resid_pre + attn
    hidden, active : shape (n_inner,); before and after GELU
    mlp : what the MLP adds
    resid_post : resid_mid + mlp, which enters the next block
    """

    layer: int
    position: int
    resid_pre: np.ndarray
    ln_1: NormSteps
    attn: np.ndarray
    resid_mid: np.ndarray
    ln_2: NormSteps
    hidden: np.ndarray
    active: np.ndarray
    mlp: np.ndarray
    resid_post: np.ndarray

    @property
    def stations(self) -> dict[str, np.ndarray]:
        """The vectors in the order in which they arise, by the names of the checkpoint."""
        return {
            "resid_pre": self.resid_pre,
            "ln_1": self.ln_1.out,
            "attn": self.attn,
            "resid_mid": self.resid_mid,
            "ln_2": self.ln_2.out,
            "c_fc": self.hidden,
            "gelu": self.active,
            "mlp": self.mlp,
            "resid_post": self.resid_post,
        }


def block_steps(loaded: LoadedModel, trace: Trace, layer: int, position: int) -> BlockSteps:
    """Follow one token through one block.

    Raises
    ------
    OutOfRange
        If the model has no such layer or the text no such token.
    """
    check_layer(layer, loaded.shape.n_layer)
    check_position(position, trace.n_ctx)
    block = loaded.model.transformer.h[layer]
    pre = tensor(loaded, trace.resid[layer, position])
    _pattern, mixed = mixed_at(loaded, trace, layer, position)
    attn = block.attn.c_proj(mixed.flatten()[None])[0]
    middle = pre + attn
    hidden = block.mlp.c_fc(block.ln_2(middle)[None])[0]
    active = block.mlp.act(hidden)
    mlp = block.mlp.c_proj(active[None])[0]
    return BlockSteps(
        layer,
        position,
        frozen(pre),
        norm_of(block.ln_1, pre),
        frozen(attn),
        frozen(middle),
        norm_of(block.ln_2, middle),
        *(frozen(vector) for vector in (hidden, active, mlp, middle + mlp)),
    )


def middle_of(loaded: LoadedModel, trace: Trace, layer: int) -> torch.Tensor:
    """The residual stream between attention and MLP, all positions; (n_ctx, n_embd)."""
    q, k, v = qkv(loaded, trace, layer)
    attn = loaded.model.transformer.h[layer].attn
    mixed = scaled_dot_product_attention(
        q[None], k[None], v[None], is_causal=True, scale=float(attn.scaling)
    )[0]
    return tensor(loaded, trace.resid[layer]) + attn.c_proj(mixed.transpose(0, 1).flatten(1))


def block_rows(steps: BlockSteps) -> list[dict[str, object]]:
    """Every number of every vector of the block, as rows of a table."""
    return [
        {
            "layer": steps.layer,
            "position": steps.position,
            "vector": name,
            "dimension": at,
            "value": float(value),
        }
        for name, vector in steps.stations.items()
        for at, value in enumerate(vector)
    ]
