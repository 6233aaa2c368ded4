"""The way out for models whose blocks are not GPT-2's own: transformers' forward and cache.

It does what `core.engine.batch.Batch` does, one sequence after the other, and is
the batch's oracle in the tests. Shapes: V = n_vocab.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from transformers import DynamicCache

from core.engine.kv_cache import Slot
from core.model.loaded import LoadedModel


class TransformersBatch:
    """The same sequences through transformers' forward and DynamicCache, one after the other."""

    def __init__(self, loaded: LoadedModel) -> None:
        self.loaded = loaded
        self._slots: list[Slot] = []

    @property
    def n_bytes(self) -> int:
        """Bytes of keys and values held."""
        return sum(self.bytes_for(slot.length) for slot in self._slots)

    def bytes_for(self, length: int) -> int:
        """Bytes that a sequence of this length takes."""
        shape = self.loaded.shape
        item = torch.empty(0, dtype=self.loaded.model.dtype).element_size()
        return length * 2 * shape.n_embd * shape.n_layer * item

    def start(self, ids: tuple[int, ...]) -> tuple[Slot, np.ndarray]:
        """Read a prompt; the last position's logits, shape (V,)."""
        slot = Slot(0)
        slot.cache = DynamicCache()
        logits = self._read(slot, ids)
        self._slots.append(slot)
        return slot, logits.numpy()

    def leave(self, slot: Slot) -> None:
        """Give a sequence's memory back."""
        self._slots.remove(slot)
        slot.cache = None

    def park(self, slot: Slot) -> Any:
        """Nothing moves: each sequence has a cache of its own."""
        return None

    def resume(self, slot: Slot, kv: Any) -> None:
        """See `park`."""

    def step(self, rows: list[tuple[Slot, int]]) -> torch.Tensor:
        """One token of every sequence; shape (len(rows), V)."""
        return torch.stack([self._read(slot, (token,)) for slot, token in rows])

    def _read(self, slot: Slot, ids: tuple[int, ...]) -> torch.Tensor:
        """Read some tokens of a sequence; the last one's logits, shape (V,)."""
        if slot.cache.get_seq_length() > slot.length:  # a step that failed halfway
            slot.cache.crop(slot.length - slot.cache.get_seq_length())
        out = self.loaded.model(
            input_ids=torch.tensor([ids], device=self.loaded.device),
            past_key_values=slot.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        slot.length += len(ids)
        return out.logits[0, -1].to("cpu", torch.float32)
