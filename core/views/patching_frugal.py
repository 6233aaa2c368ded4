"""Texts read on from where their stream was changed: only what can change is computed.

A changed vector reaches its own position and later ones, in the layer that it enters and those
above. So of each changed stream the rows from there on go through the model's own modules, those
of many streams as one batch of rows; streams that enter higher up join the batch there. Keys and
values of the tokens before come from the trace, and so does what enters a layer unchanged.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from core.model.loaded import LoadedModel
from core.views.arrays import tensor
from core.views.products import linear, mlp
from core.views.trace import Trace

#: Rows that go through the blocks at once: 26 MB for GPT-2 XL's MLP.
BATCH_ROWS = 1024
#: Places of keys and values that are held at once, unchanged ones too: 52 MB for GPT-2 XL.
BATCH_PLACES = 8192


@dataclass(frozen=True, eq=False)
class Stream:
    """A changed residual stream.

    Attributes
    ----------
    layer : which it enters; n_layer is behind the last
    first : position of the first change
    rows : shape (some, n_embd), what changed from there on; all behind is the text's own
    """

    layer: int
    first: int
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class _Rows:
    """Where the rows of a batch belong.

    Attributes
    ----------
    stream, position : shape (rows,), of each row
    last : shape (streams,), the row of each stream's last token
    """

    stream: torch.Tensor
    position: torch.Tensor
    last: torch.Tensor


def ends_above(loaded: LoadedModel, trace: Trace, streams: Sequence[Stream]) -> torch.Tensor:
    """What the head reads at the last token, for each changed stream.

    Parameters
    ----------
    trace : of the text as it is
    streams : at least one

    Returns
    -------
    shape (len(streams), n_embd), behind `ln_f`
    """
    order = sorted(range(len(streams)), key=lambda i: streams[i].layer)
    found = [
        _batch(loaded, trace, [streams[i] for i in some])
        for some in _batches(order, [trace.n_ctx - stream.first for stream in streams], trace.n_ctx)
    ]
    back = torch.empty(len(order), dtype=torch.long)
    back[order] = torch.arange(len(order))
    return loaded.model.transformer.ln_f(torch.cat(found)[back.to(loaded.device)])


def _batches(order: list[int], n_rows: list[int], n_ctx: int) -> Iterator[list[int]]:
    """The streams in pieces that fit the memory."""
    some: list[int] = []
    for i in order:
        rows = sum(n_rows[j] for j in some) + n_rows[i]
        if some and (rows > BATCH_ROWS or (len(some) + 1) * n_ctx > BATCH_PLACES):
            yield some
            some = []
        some.append(i)
    yield some


def _batch(loaded: LoadedModel, trace: Trace, streams: list[Stream]) -> torch.Tensor:
    """The last token's vector behind the last block; shape (len(streams), n_embd)."""
    rows, n_layer = tensor(loaded, np.empty((0, trace.resid.shape[2]))), trace.n_layer
    for layer in range(streams[0].layer, n_layer):
        inside = [stream for stream in streams if stream.layer <= layer]
        rows = _block(loaded, trace, layer, rows, inside)
    behind = [stream for stream in streams if stream.layer == n_layer]
    if behind:
        rows = torch.cat([rows, tensor(loaded, np.stack([_last(trace, one) for one in behind]))])
    return rows


def _last(trace: Trace, stream: Stream) -> np.ndarray:
    """The last row of a stream that enters behind all layers."""
    reaches = stream.first + len(stream.rows) == trace.n_ctx
    return stream.rows[-1] if reaches else trace.resid[-1, -1]


def _block(
    loaded: LoadedModel, trace: Trace, layer: int, rows: torch.Tensor, inside: list[Stream]
) -> torch.Tensor:
    """The rows behind a block; behind the last block those of the last tokens alone.

    Parameters
    ----------
    rows : of the streams that have entered below, those that follow from `inside`
    """
    block, is_last = loaded.model.transformer.h[layer], layer == trace.n_layer - 1
    at, n_ctx, n_below = _places(loaded, trace.n_ctx, inside), trace.n_ctx, len(rows)
    new = [stream for stream in inside if stream.layer == layer]
    changed = [tensor(loaded, stream.rows) for stream in new]
    x = torch.cat([rows, tensor(loaded, trace.resid[layer]), *changed])
    picked = torch.from_numpy(_picked(n_below, n_ctx, new)).to(loaded.device)
    own = slice(n_below, n_below + n_ctx)
    q, k, v = _heads(loaded, block, x)
    keys, values = (_spread(part[own], part[picked], at) for part in (k, v))
    rows = x[picked]
    if is_last:  # the last token alone gives the answer, and it sees all
        rows, queries = rows[at.last], q[picked[at.last]][:, :, None]
    else:
        queries = _spread(q[own], q[picked], at)
    mixed = scaled_dot_product_attention(
        queries, keys, values, is_causal=not is_last, scale=float(block.attn.scaling)
    ).transpose(1, 2)
    mixed = mixed[:, 0] if is_last else mixed[at.stream, at.position]
    rows = rows + linear(block.attn.c_proj, mixed.flatten(1))
    return rows + mlp(block, rows)


def _places(loaded: LoadedModel, n_ctx: int, streams: list[Stream]) -> _Rows:
    lengths = [n_ctx - stream.first for stream in streams]
    position = np.concatenate([np.arange(stream.first, n_ctx) for stream in streams])
    parts = (np.repeat(np.arange(len(streams)), lengths), position, np.cumsum(lengths) - 1)
    return _Rows(*(torch.from_numpy(part).to(loaded.device) for part in parts))


def _picked(n_below: int, n_ctx: int, new: list[Stream]) -> np.ndarray:
    """Where each row of the batch lies among: those from below, the text's own, the changed."""
    parts, changed = [np.arange(n_below)], n_below + n_ctx
    for stream in new:
        behind = stream.first + len(stream.rows)
        parts.append(np.arange(changed, changed + len(stream.rows)))
        parts.append(np.arange(n_below + behind, n_below + n_ctx))
        changed += len(stream.rows)
    return np.concatenate(parts)


def _heads(loaded: LoadedModel, block, rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """q, k, v of some rows; shape (rows, n_head, d_head) each."""
    shape = loaded.shape
    # c_attn packs all Q, then all K, then all V: split before cutting heads.
    parts = linear(block.attn.c_attn, block.ln_1(rows)).split(shape.n_embd, dim=-1)
    return tuple(part.unflatten(-1, (shape.n_head, shape.d_head)) for part in parts)


def _spread(own: torch.Tensor, rows: torch.Tensor, at: _Rows) -> torch.Tensor:
    """Rows at their places, else the text's own; (streams, n_head, n_ctx, d_head)."""
    out = own.expand(len(at.last), *own.shape).clone()
    out[at.stream, at.position] = rows
    return out.transpose(1, 2)
