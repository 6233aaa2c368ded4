"""Attention: every token reads the tokens before it, each as much as it wants.

For each head a token makes three vectors out of the residual stream: a query (what
it looks for), a key (what it can be found by) and a value (what it hands over).

    scores  = q @ k.T / sqrt(d_head), the future -inf
    pattern = softmax(scores)
    z       = pattern @ v

That is `attend`, equation 1 of Vaswani et al. (2017), Attention Is All You Need. A
pattern is indexed query first, key second: row i says where token i looks. How the
patterns of many heads are made in little memory stands in `attention_frugal`.

Shapes: n_head heads, n_ctx tokens, d_head numbers per head.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch

from core.compiled import compiled
from core.model.bounds import check_layer
from core.model.loaded import LoadedModel
from core.views.arrays import tensor
from core.views.products import weights_are_here
from core.views.softmax import softmax
from core.views.trace import Trace, frozen

#: Which rows of a pattern are made: all of them, a slice or a list of positions.
Queries = list[int] | slice
EVERY = slice(None)


def scores_of(q: np.ndarray, k: np.ndarray, scaling: float, queries: Queries = EVERY) -> np.ndarray:
    """How well each key answers each query: q . k, scaled, and nothing of the future.

    Parameters
    ----------
    q, k : shape (..., n_ctx, d_head)
    scaling : 1 / sqrt(d_head)
    queries : the rows to make

    Returns
    -------
    shape (..., n queries, key)
    """
    keys = np.arange(k.shape[-2])
    future = keys > keys[queries][:, None]
    scores = q[..., queries, :] @ k.swapaxes(-1, -2)
    scores *= scaling
    scores[..., future] = -np.inf
    return scores


def attend(
    q: np.ndarray, k: np.ndarray, v: np.ndarray, scaling: float, queries: Queries = EVERY
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Attention, the whole of it.

    Parameters
    ----------
    q, k, v : shape (..., n_ctx, d_head)
    scaling, queries : as for `scores_of`

    Returns
    -------
    scores, pattern : shape (..., n queries, key)
    z : shape (..., n queries, d_head); what a head reads

    References
    ----------
    Vaswani et al. (2017), Attention Is All You Need, equation 1.
    """
    scores = scores_of(q, k, scaling, queries)
    pattern = softmax(scores)
    z = pattern @ v
    return scores, pattern, z


def qkv(loaded: LoadedModel, trace: Trace, layer: int) -> tuple[torch.Tensor, ...]:
    """Queries, keys and values of a layer; each of shape (n_head, n_ctx, d_head).

    Raises
    ------
    OutOfRange
        If the model has no such layer.
    """
    check_layer(layer, loaded.shape.n_layer)
    block, n_head = loaded.model.transformer.h[layer], loaded.shape.n_head
    rows = tensor(loaded, trace.resid[layer])
    if weights_are_here():
        return compiled(qkv_of)(rows, *weights_of(loaded, layer), n_head)
    return _heads(block.attn.c_attn(block.ln_1(rows)), n_head)


def weights_of(loaded: LoadedModel, layer: int) -> tuple[list[torch.Tensor], float]:
    """What `qkv_of` needs of a layer: the weights of `ln_1` and `c_attn`, and epsilon."""
    block = loaded.model.transformer.h[layer]
    ln, packed = block.ln_1, block.attn.c_attn
    return [ln.weight, ln.bias, packed.weight, packed.bias], ln.eps


def qkv_of(
    rows: torch.Tensor, weights: list[torch.Tensor], eps: float, n_head: int
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """`ln_1` and `c_attn` of a layer, cut into heads."""
    x = torch.nn.functional.layer_norm(rows, [rows.shape[1]], weights[0], weights[1], eps)
    return _heads(torch.addmm(weights[3], x, weights[2]), n_head)


def _heads(packed: torch.Tensor, n_head: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """(n_ctx, 3 n_embd) -> three of (n_head, n_ctx, d_head)."""
    # c_attn packs all Q, then all K, then all V: split before cutting heads.
    n_ctx, width = packed.shape[0], packed.shape[1] // 3
    cut = packed.view(n_ctx, 3, n_head, width // n_head).permute(1, 2, 0, 3)
    return cut[0], cut[1], cut[2]


def scaling_of(loaded: LoadedModel, layer: int) -> float:
    """The model's own factor: 1 / sqrt(d_head), unless its config says otherwise."""
    return float(loaded.model.transformer.h[layer].attn.scaling)


@dataclass(frozen=True, eq=False)
class LayerAttention:
    """All heads of one layer.

    Attributes
    ----------
    layer : counted from zero
    q, k, v : shape (n_head, n_ctx, d_head)
    scaling : what q . k is multiplied by; 1 / sqrt(d_head)
    resid_norms : shape (n_ctx,); length of the residual stream before the layer

    Notes
    -----
    Scores and weights of 1,024 tokens are 4 MiB for each head, and a head is looked
    at alone: they are made when they are asked for, and not kept.
    """

    layer: int
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    scaling: float
    resid_norms: np.ndarray

    @property
    def pattern(self) -> np.ndarray:
        """Softmax of the scores over keys; shape (n_head, query, key), rows sum to one.

        All heads, made anew at each access: `weights` makes those of one.
        """
        return np.stack([self.weights(head) for head in range(len(self.q))])

    def weights(self, head: int, queries: Queries = EVERY) -> np.ndarray:
        """The pattern of one head, or some of its rows; shape (n queries, key)."""
        return softmax(self.scores(head, queries))

    def scores(self, head: int, queries: Queries = EVERY) -> np.ndarray:
        """q . k, scaled, the future -inf; shape (n queries, key)."""
        return scores_of(self.q[head], self.k[head], self.scaling, queries)

    def strongest_key(self, head: int, query: int) -> int:
        """Where a query looks most."""
        return int(self.scores(head, [query])[0].argmax())


def layer_attention(loaded: LoadedModel, trace: Trace, layer: int) -> LayerAttention:
    """Everything about the attention of one layer.

    Raises
    ------
    OutOfRange
        If the model has no such layer.
    """
    parts = qkv(loaded, trace, layer)
    norms = np.linalg.norm(trace.resid[layer], axis=-1)
    norms.flags.writeable = False
    return LayerAttention(layer, *map(frozen, parts), scaling_of(loaded, layer), norms)
