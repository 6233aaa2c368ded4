"""The residual stream of one token as the sum of everything that was written into it.

    resid = wte[token] + wpe[position] + sum over layers and heads of share
            + sum over layers of (attn bias + mlp + mlp bias)

Elhage et al. (2021), *A Mathematical Framework for Transformer Circuits*: nothing
in a block overwrites the stream, each part reads it and adds its result.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import torch
from accelerate.utils import align_module_device

from core.model.bounds import check_position
from core.views.arrays import read_only, tensor
from core.views.heads_at import mixed_at, shares_of
from core.views.trace import Trace, frozen
from core.views.vectors import lengths

if TYPE_CHECKING:
    from core.model.loaded import LoadedModel


@dataclass(frozen=True, eq=False)
class Writes:
    """Everything that was ever added to the residual stream of one token.

    The parts add up to `Trace.resid` of the last row. All arrays end in n_embd.

    Attributes
    ----------
    position : counted from zero
    token, place : shape (n_embd,); the rows of `wte` and `wpe`
    heads : shape (n_layer, n_head, n_embd); each head's share, without the bias
    attn_bias : shape (n_layer, n_embd); `c_proj.bias` of attention
    mlp : shape (n_layer, n_embd); without the bias
    mlp_bias : shape (n_layer, n_embd); `c_proj.bias` of the MLP
    final : shape (n_embd,); the residual stream that leaves the last block
    """

    position: int
    token: np.ndarray
    place: np.ndarray
    heads: np.ndarray
    attn_bias: np.ndarray
    mlp: np.ndarray
    mlp_bias: np.ndarray
    final: np.ndarray

    @property
    def attn(self) -> np.ndarray:
        """What each layer's attention added, bias included; shape (n_layer, n_embd)."""
        return self.heads.sum(1) + self.attn_bias

    @property
    def mlp_out(self) -> np.ndarray:
        """What each layer's MLP added, bias included; shape (n_layer, n_embd)."""
        return self.mlp + self.mlp_bias

    @property
    def total(self) -> np.ndarray:
        """The sum of all parts, in float64; shape (n_embd,)."""
        layers = (self.heads.sum(1, dtype=np.float64), self.attn_bias, self.mlp, self.mlp_bias)
        return self.token.astype(np.float64) + self.place + sum(a.sum(0) for a in layers)


def writes(loaded: LoadedModel, trace: Trace, position: int) -> Writes:
    """Take the residual stream of one token apart into what each part added.

    Raises
    ------
    OutOfRange
        If the text has no such token.
    """
    check_position(position, trace.n_ctx)
    stem = loaded.model.transformer
    added = [_added(loaded, trace, layer, position) for layer in range(loaded.shape.n_layer)]
    ids = torch.tensor([trace.token_ids[position]], device=loaded.device)
    place = torch.tensor([position], device=loaded.device)
    return Writes(
        position,
        frozen(stem.wte(ids)[0]),
        frozen(stem.wpe(place)[0]),
        *(read_only(np.stack(part)) for part in zip(*added, strict=True)),
        trace.resid[-1, position],
    )


def _added(
    loaded: LoadedModel, trace: Trace, layer: int, position: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """What one layer's heads, attention bias, MLP and MLP bias added."""
    block = loaded.model.transformer.h[layer]
    _pattern, mixed = mixed_at(loaded, trace, layer, position)
    share = shares_of(loaded, layer, mixed)
    bias = _bias(block.attn.c_proj).to(mixed.device)
    middle = tensor(loaded, trace.resid[layer, position]) + share.sum(0) + bias
    out = frozen(block.mlp.c_proj(block.mlp.act(block.mlp.c_fc(block.ln_2(middle)[None])))[0])
    mlp_bias = frozen(_bias(block.mlp.c_proj))
    return frozen(share), frozen(bias), out - mlp_bias, mlp_bias


def _bias(module: torch.nn.Module) -> torch.Tensor:
    with align_module_device(module):  # offloaded, it is gone outside
        return module.bias.clone()  # type: ignore[operator]


@dataclass(frozen=True, eq=False)
class Growth:
    """How long the stream of one token is along the stack, and what each part adds.

    Attributes
    ----------
    stream : shape (n_layer + 1,)
    attn, mlp : shape (n_layer,)
    """

    stream: np.ndarray
    attn: np.ndarray
    mlp: np.ndarray


def growth(trace: Trace, parts: Writes) -> Growth:
    """The lengths of a token's stream and of what its layers wrote."""
    stream = lengths(trace.resid[:, parts.position])
    return Growth(stream, lengths(parts.attn), lengths(parts.mlp_out))


def growth_of(loaded: LoadedModel, trace: Trace, position: int) -> Growth:
    """`growth` of what the layers wrote at a position."""
    return growth(trace, writes(loaded, trace, position))


def stream_lengths(_loaded: LoadedModel, trace: Trace, position: int) -> np.ndarray:
    """How long the stream of one token is before each layer and after the last.

    Returns
    -------
    shape (n_layer + 1,)
    """
    return read_only(lengths(trace.resid[:, position]))
