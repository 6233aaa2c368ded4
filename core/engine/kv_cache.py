"""Keys and values of the sequences that are being generated, in blocks of like capacity.

Shapes: L layers, R rows of a block, T tokens, E = n_embd.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch

from core.engine.forward import Forward

#: A sequence's keys and values lie in a block for sequences of 64, 128, 256 ... tokens.
SMALLEST_BLOCK = 64


class Slot:
    """A sequence's place in a batch."""

    __slots__ = ("cache", "capacity", "length", "row")

    def __init__(self, length: int) -> None:
        self.length = length  # tokens read so far
        self.capacity: int = 0  # of its block
        self.row: int = 0  # in its block
        self.cache: Any = None  # transformers' own, of a `TransformersBatch`


def _zeros(shape: tuple[int, ...], dtype: torch.dtype, device: torch.device) -> torch.Tensor:
    """Zeros, not garbage: masked keys still meet a product, and 0 x NaN is NaN."""
    if device.type == "cpu" and dtype == torch.float32:
        # NumPy's come from the system page by page as they are touched; torch.zeros writes them
        # all, which for the room of those that may still come takes longer than a step.
        return torch.from_numpy(np.zeros(shape, np.float32))
    return torch.zeros(shape, dtype=dtype, device=device)


class KVBlock:
    """Keys and values of the sequences of up to `capacity` tokens, packed row by row.

    Attributes
    ----------
    slots : of the sequences in the first rows, in the rows' order
    kv : L tensors of shape (R, capacity, 2 E): keys, then values
    """

    def __init__(self, forward: Forward, capacity: int) -> None:
        self.forward, self.capacity = forward, capacity
        self.slots: list[Slot] = []
        self.kv: list[torch.Tensor] = []
        self._room = 0

    def _resize(self, room: int) -> None:
        n = min(len(self.slots), room)
        made = []
        for layer, device in enumerate(self.forward.devices):
            new = _zeros((room, self.capacity, 2 * self.forward.n_embd), self.forward.dtype, device)
            if n:
                new[:n] = self.kv[layer][:n]
            made.append(new)
        self.kv, self._room = made, room  # only once all of it is there

    @property
    def n_bytes(self) -> int:
        """Bytes of all rows, also of those that wait for a sequence."""
        return sum(t.nbytes for t in self.kv)

    def add(self, slot: Slot, kv: Sequence[torch.Tensor], coming: int = 0) -> None:
        """Take a sequence in, and make room for those that come; a failure changes nothing.

        Parameters
        ----------
        kv : L tensors of shape (T, 2 E); the first `slot.length` rows are copied
        coming : how many more sequences are about to follow
        """
        if len(self.slots) == self._room:
            self._resize(max(2 * self._room, self._room + 1 + coming))
        row = len(self.slots)
        for mine, theirs in zip(self.kv, kv, strict=True):
            mine[row, : slot.length] = theirs[: slot.length]
        self.slots.append(slot)
        slot.capacity, slot.row = self.capacity, row

    def remove(self, row: int) -> None:
        """Empty a row; the last sequence moves into it."""
        last = self.slots.pop()
        if row < len(self.slots):
            for layer in self.kv:
                layer[row, : last.length] = layer[last.row, : last.length]
            self.slots[row] = last
            last.row = row

    def tidy(self) -> None:
        """Give back what many that left do not need any more."""
        if self._room > 4 and len(self.slots) <= self._room // 4:
            self._resize(2 * len(self.slots))

    def of(self, slot: Slot) -> list[torch.Tensor]:
        """A sequence's keys and values, not copied: L tensors of shape (length, 2 E)."""
        return [layer[slot.row, : slot.length] for layer in self.kv]


class KVCache:
    """The blocks, by capacity: each sequence lies in the smallest that holds it."""

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.blocks: dict[int, KVBlock] = {}

    @property
    def n_bytes(self) -> int:
        """Bytes of keys and values held."""
        return sum(block.n_bytes for block in self.blocks.values())

    def bytes_for(self, length: int) -> int:
        """Bytes that a sequence of this length takes."""
        item = torch.empty(0, dtype=self.forward.dtype).element_size()
        return self._capacity(length) * 2 * self.forward.n_embd * self.forward.n_layer * item

    def _capacity(self, length: int) -> int:
        return max(SMALLEST_BLOCK, 1 << (length - 1).bit_length())

    def of(self, slot: Slot) -> list[torch.Tensor]:
        """A sequence's keys and values, not copied: L tensors of shape (length, 2 E)."""
        return self.blocks[slot.capacity].of(slot)

    def add(self, slot: Slot, kv: Sequence[torch.Tensor], coming: int = 0) -> None:
        """Take a sequence in, where it can grow by a token; see `KVBlock.add`."""
        capacity = self._capacity(slot.length + 1)
        if capacity not in self.blocks:
            self.blocks[capacity] = KVBlock(self.forward, capacity)
        self.blocks[capacity].add(slot, kv, coming)

    def remove(self, slot: Slot) -> None:
        """Give a sequence's memory back."""
        self._remove(slot.capacity, slot.row)

    def _remove(self, capacity: int, row: int) -> None:
        block = self.blocks[capacity]
        block.remove(row)
        if not block.slots:
            del self.blocks[capacity]

    def grow(self, slot: Slot) -> None:
        """Move a sequence that has outgrown its block to a roomier one."""
        capacity, row = slot.capacity, slot.row
        self.add(slot, self.of(slot))
        self._remove(capacity, row)

    def tidy(self) -> None:
        """Give back what no sequence needs any more."""
        for block in self.blocks.values():
            block.tidy()
