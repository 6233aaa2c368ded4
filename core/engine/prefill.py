"""Prefill: a text is read once, many tokens at a time, for a trace or before it is continued.

Shapes: L layers, T tokens, E = n_embd, V = n_vocab.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from core.engine.forward import Forward

#: Rows read at a time while others wait: the longest that a short prompt waits for a long text.
CHUNK = 128
#: And while nobody waits: long enough for full speed, short enough for whoever comes next.
ALONE = 256


@dataclass(frozen=True, eq=False)
class Prefilled:
    """A text that was read: what a trace shows and what a continuation needs.

    Attributes
    ----------
    ids : length T
    resid : shape (L + 1, T, E), float32, read-only, on the processor
    logits : shape (V,), float32, read-only; at the last position
    kv : L tensors of shape (T, 2 E): keys, then values, on each layer's device
    """

    ids: tuple[int, ...]
    resid: np.ndarray
    logits: np.ndarray
    kv: tuple[torch.Tensor, ...]

    @property
    def n_bytes(self) -> int:
        """Bytes of all arrays."""
        return self.resid.nbytes + self.logits.nbytes + sum(t.nbytes for t in self.kv)


def common_prefix(a: tuple[int, ...], b: tuple[int, ...]) -> int:
    """How many tokens two texts share at the start."""
    n = min(len(a), len(b))
    if a[:n] == b[:n]:
        return n
    return next(i for i in range(n) if a[i] != b[i])


def prefill(
    forward: Forward,
    ids: tuple[int, ...],
    before: Prefilled | None = None,
    chunk: Callable[[], int] = lambda: ALONE,
) -> Iterator[Prefilled | None]:
    """Read a text, starting where an earlier one already went.

    Parameters
    ----------
    ids : the text; at least one token
    before : a text that shares a prefix; its rows are copied instead of computed
    chunk : asked before each piece how many rows to read in one go

    Yields
    ------
    None after each piece but the last, then the `Prefilled`.
    """
    n = len(ids)
    # The last row is always computed: its logits are not kept for every position.
    start = min(common_prefix(ids, before.ids), n - 1) if before is not None else 0
    resid, kv = _room(forward, n)
    if before is not None and start:
        _copy(before, start, resid, kv)
    token_ids = torch.tensor(ids)
    while True:
        stop = min(n, start + max(1, chunk()))
        x = _read(forward, token_ids, slice(start, stop), resid, kv)
        start = stop
        if start == n:
            break
        yield None
    yield _prefilled(ids, resid, forward.logits(x[-1:])[0], kv)


def prefill_together(forward: Forward, texts: Sequence[tuple[int, ...]]) -> list[Prefilled]:
    """Read several texts from their first token on, in one pass.

    What is behind a text's end, where another one is longer, no row of it looks at.

    Parameters
    ----------
    texts : each of at least one token
    """
    n, longest = len(texts), max(map(len, texts))
    ids = torch.tensor([[*text, *[0] * (longest - len(text))] for text in texts])
    resid = torch.empty(forward.n_layer + 1, n * longest, forward.n_embd)
    kv = _kv_room(forward, n, longest)
    x = forward.embed(ids.flatten(), torch.arange(longest).repeat(n))
    x = forward.read(x, kv, 0, resid)
    logits = forward.logits(x[[i * longest + len(text) - 1 for i, text in enumerate(texts)]])
    by_text = resid.unflatten(1, (n, longest))
    return [
        _prefilled(
            text, by_text[:, i, : len(text)].clone(), logits[i].clone(), _kv_of(kv, i, len(text))
        )
        for i, text in enumerate(texts)
    ]


def _prefilled(
    ids: tuple[int, ...], resid: torch.Tensor, logits: torch.Tensor, kv: tuple[torch.Tensor, ...]
) -> Prefilled:
    arrays = resid.numpy(), logits.numpy()
    for array in arrays:
        array.flags.writeable = False
    return Prefilled(ids, *arrays, kv)


def size_of(forward: Forward, n: int) -> int:
    """Bytes of a `Prefilled` of n tokens."""
    of_token = (forward.n_layer + 1) * 4 + forward.n_layer * 2 * forward.dtype.itemsize
    return n * forward.n_embd * of_token + 4 * forward.loaded.shape.n_vocab


def _room(forward: Forward, n: int) -> tuple[torch.Tensor, tuple[torch.Tensor, ...]]:
    """Room for the residual stream and the keys and values of n tokens."""
    return torch.empty(forward.n_layer + 1, n, forward.n_embd), _kv_room(forward, n)


def _kv_room(forward: Forward, *shape: int) -> tuple[torch.Tensor, ...]:
    """Keys and values of each layer, each of this shape and (2 E) numbers; one piece if it can."""
    devices, width, dtype = forward.devices, 2 * forward.n_embd, forward.dtype
    if len(set(devices)) > 1:
        return tuple(torch.empty(*shape, width, dtype=dtype, device=d) for d in devices)
    return torch.empty(len(devices), *shape, width, dtype=dtype, device=devices[0]).unbind()


def _kv_of(kv: tuple[torch.Tensor, ...], text: int, n: int) -> tuple[torch.Tensor, ...]:
    """One text's keys and values as its own, so that the others' can be given back."""
    mine = [layer[text, :n] for layer in kv]
    if len({layer.device for layer in kv}) > 1:
        return tuple(layer.clone() for layer in mine)
    return torch.stack(mine).unbind()


def _copy(before: Prefilled, n: int, resid: torch.Tensor, kv: tuple[torch.Tensor, ...]) -> None:
    """The first n rows of a text that begins alike."""
    resid.numpy()[:, :n] = before.resid[:, :n]  # read-only: not for torch
    for mine, theirs in zip(kv, before.kv, strict=True):
        mine[:n] = theirs[:n]


def _read(
    forward: Forward,
    token_ids: torch.Tensor,
    rows: slice,
    resid: torch.Tensor,
    kv: tuple[torch.Tensor, ...],
) -> torch.Tensor:
    """Read some rows of a text; fills `resid` and `kv` there, returns shape (n rows, E)."""
    embedded = forward.embed(token_ids[rows], torch.arange(rows.start, rows.stop))
    whole = rows.stop == resid.shape[1]
    seen = kv if whole else [layer[: rows.stop] for layer in kv]
    return forward.read(embedded, seen, rows.start, resid[:, rows])
