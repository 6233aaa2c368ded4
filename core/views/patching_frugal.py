"""A text read on from a layer whose input was changed: only what can change is computed.

A changed vector reaches its own position and later ones, in this layer and those above. So of
each changed stream the rows from there on go through the model's own modules, those of many
streams as one batch of rows; keys and values of the tokens before come from the trace.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch.nn.functional import scaled_dot_product_attention

from core.model.loaded import LoadedModel
from core.views.arrays import tensor
from core.views.trace import Trace, frozen

#: Rows that go through the blocks at once: 26 MB for GPT-2 XL's MLP.
BATCH_ROWS = 1024


@dataclass(frozen=True, eq=False)
class Stream:
    """A changed residual stream.

    Attributes
    ----------
    first : position of the first change
    rows : shape (n_ctx - first, n_embd), the stream from there on
    """

    first: int
    rows: np.ndarray


@dataclass(frozen=True, eq=False)
class _Rows:
    """Where the rows of a batch belong.

    Attributes
    ----------
    stream, position : shape (rows,), of each row
    before : how many of the text's first tokens are the same in one of the streams at least
    last : shape (streams,), the row of each stream's last token
    """

    stream: torch.Tensor
    position: torch.Tensor
    before: int
    last: torch.Tensor


def logits_above(
    loaded: LoadedModel, trace: Trace, layer: int, streams: list[Stream]
) -> np.ndarray:
    """The last logits when other streams enter a layer.

    Parameters
    ----------
    trace : of the text as it is
    layer : which they enter; n_layer is behind the last

    Returns
    -------
    shape (len(streams), n_vocab), float32, read-only
    """
    made, some = [], []
    for stream in streams:
        if some and sum(len(one.rows) for one in (*some, stream)) > BATCH_ROWS:
            made.append(_batch(loaded, trace, layer, some))
            some = []
        some.append(stream)
    made.append(_batch(loaded, trace, layer, some))
    return frozen(torch.cat(made))


def _batch(loaded: LoadedModel, trace: Trace, layer: int, streams: list[Stream]) -> torch.Tensor:
    body = loaded.model.transformer
    at, n_layer = _rows(loaded, trace.n_ctx, streams), len(body.h)
    rows = tensor(loaded, np.concatenate([stream.rows for stream in streams]))
    for above in range(layer, n_layer):
        rows = _block(loaded, trace, above, rows, at)
    if layer == n_layer:
        rows = rows[at.last]
    return loaded.model.lm_head(body.ln_f(rows))


def _rows(loaded: LoadedModel, n_ctx: int, streams: list[Stream]) -> _Rows:
    lengths = [len(stream.rows) for stream in streams]
    position = [np.arange(stream.first, n_ctx) for stream in streams]
    parts = (np.repeat(np.arange(len(streams)), lengths), np.concatenate(position))
    last = np.cumsum(lengths) - 1
    stream, where, last = (torch.from_numpy(part).to(loaded.device) for part in (*parts, last))
    return _Rows(stream, where, max(one.first for one in streams), last)


def _block(
    loaded: LoadedModel, trace: Trace, layer: int, rows: torch.Tensor, at: _Rows
) -> torch.Tensor:
    """The rows behind a block; behind the last block those of the last tokens alone."""
    block, is_last = loaded.model.transformer.h[layer], layer == trace.n_layer - 1
    before = tensor(loaded, trace.resid[layer, : at.before])
    q, k, v = _heads(loaded, block, torch.cat([before, rows]))
    keys, values = (_spread(trace.n_ctx, part, at) for part in (k, v))
    if is_last:  # the last token alone gives the answer, and it sees all
        rows, queries = rows[at.last], q[at.before :][at.last][:, :, None]
    else:
        queries = _spread(trace.n_ctx, q, at)
    mixed = scaled_dot_product_attention(
        queries, keys, values, is_causal=not is_last, scale=float(block.attn.scaling)
    ).transpose(1, 2)
    mixed = mixed[:, 0] if is_last else mixed[at.stream, at.position]
    rows = rows + block.attn.c_proj(mixed.flatten(1))
    return rows + block.mlp(block.ln_2(rows))


def _heads(loaded: LoadedModel, block, rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """q, k, v of some rows; shape (rows, n_head, d_head) each."""
    shape = loaded.shape
    # c_attn packs all Q, then all K, then all V: split before cutting heads.
    parts = block.attn.c_attn(block.ln_1(rows)).split(shape.n_embd, dim=-1)
    return tuple(part.unflatten(-1, (shape.n_head, shape.d_head)) for part in parts)


def _spread(n_ctx: int, rows: torch.Tensor, at: _Rows) -> torch.Tensor:
    """Rows at their places, the text's own before them; (streams, n_head, n_ctx, d_head)."""
    out = rows.new_zeros((len(at.last), n_ctx, *rows.shape[1:]))
    out[:, : at.before] = rows[: at.before]
    out[at.stream, at.position] = rows[at.before :]
    return out.transpose(1, 2)
