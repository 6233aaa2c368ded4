"""Put what one head wrote for one text into another, and see what that answers.

    resid'[b] = middle_B[b] + (z_A[a] - z_B[b]) @ W_O[head]      at all tokens that have a partner

is B's stream between attention and MLP with one head's output taken from A; see
`core.views.patching` for what is then measured.

References
----------
Wang et al. (2022), Interpretability in the Wild: a Circuit for Indirect Object Identification.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from core.model.bounds import check_head, check_layer
from core.model.loaded import LoadedModel
from core.views.arrays import tensor
from core.views.attention import qkv, scaling_of
from core.views.effects import Change, change
from core.views.heads_at import rows_of_head
from core.views.patching import Aligned, logits_of, shares_of
from core.views.patching_frugal import Stream
from core.views.products import linear, mlp
from core.views.trace import Trace

#: Layer, head.
Head = tuple[int, int]


def _streams(
    loaded: LoadedModel, a: Trace, b: Trace, found: Aligned, layer: int, heads: list[int]
) -> list[Stream]:
    """B's stream behind a layer with each of some heads taken from A, alone."""
    check_layer(layer, loaded.shape.n_layer)
    for head in heads:
        check_head(head, loaded.shape.n_head)
    # Before the first difference both texts have the same: nothing changes there.
    ours, theirs = (list(side) for side in zip(*found.pairs[found.start :], strict=True))
    first = min(ours)
    z_a, z_b = (_mixed(loaded, text, layer) for text in (a, b))
    apart = z_b.new_zeros(z_b.shape[0], b.n_ctx - first, z_b.shape[2])
    apart[:, [i - first for i in ours]] = z_a[:, theirs] - z_b[:, ours]
    block = loaded.model.transformer.h[layer]
    joined = z_b.transpose(0, 1).flatten(1)[first:]
    middle = tensor(loaded, b.resid[layer, first:]) + linear(block.attn.c_proj, joined)
    made = []
    for head in heads:
        changed = middle + apart[head] @ rows_of_head(loaded, layer, head)
        changed = (changed + mlp(block, changed)).float().cpu().numpy()
        made.append(Stream(layer + 1, first, changed))
    return made


def _mixed(loaded: LoadedModel, trace: Trace, layer: int) -> torch.Tensor:
    """What each head reads; shape (n_head, n_ctx, d_head)."""
    q, k, v = qkv(loaded, trace, layer)
    scale = scaling_of(loaded, layer)
    return scaled_dot_product_attention(q[None], k[None], v[None], is_causal=True, scale=scale)[0]


def _of_all(
    loaded: LoadedModel, a: Trace, b: Trace, found: Aligned, heads: tuple[Head, ...]
) -> list[Stream]:
    by_layer: dict[int, list[int]] = {}
    for layer, head in heads:
        by_layer.setdefault(layer, []).append(head)
    made = {
        (layer, head): stream
        for layer, some in by_layer.items()
        for head, stream in zip(some, _streams(loaded, a, b, found, layer, some), strict=True)
    }
    return [made[head] for head in heads]


def head_shares(
    loaded: LoadedModel, a: Trace, b: Trace, found: Aligned, heads: tuple[Head, ...]
) -> np.ndarray:
    """How far each head alone, taken from A at all tokens, moves B's answer to A's.

    Parameters
    ----------
    found : which tokens stand for each other; one at least must differ
    heads : (layer, head), of few layers: each layer's heads are made together

    Returns
    -------
    shape (len(heads),); see `core.views.patching.share`

    Raises
    ------
    OutOfRange
        If the model has no such layer or head.
    """
    return shares_of(loaded, a, b, _of_all(loaded, a, b, found, heads))


def head_change(
    loaded: LoadedModel, a: Trace, b: Trace, found: Aligned, layer: int, head: int
) -> Change:
    """What one head, taken from A at all tokens, makes of B's next words."""
    streams = _of_all(loaded, a, b, found, ((layer, head),))
    return change(b.logits, logits_of(loaded, b, streams)[0])
