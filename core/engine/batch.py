"""Sequences that generate together: each step reads one token of every one.

A sequence joins once its prompt was read, is stepped, and leaves, at any time.
Shapes: L layers, n rows (one token of one sequence each), E = n_embd, V = n_vocab.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch

from core.engine.forward import Forward
from core.engine.groups import Group
from core.engine.kv_cache import KVBlock, KVCache, Slot
from core.engine.prefill import Prefilled


class Batch:
    """The sequences that are stepped together.

    Different lengths, join and leave at any step. A sequence's logits depend on
    who is stepped beside it only by the rounding of products of another size: within
    1e-4 of the largest logit (the tests hold 1e-5 on small random models).
    """

    def __init__(self, forward: Forward) -> None:
        self.forward = forward
        self.cache = KVCache(forward)

    @property
    def n_bytes(self) -> int:
        """Bytes of keys and values held."""
        return self.cache.n_bytes

    def bytes_for(self, length: int) -> int:
        """Bytes that a sequence of this length takes."""
        return self.cache.bytes_for(length)

    def join(self, text: Prefilled, coming: int = 0) -> Slot:
        """Take a sequence in.

        Parameters
        ----------
        text : what it continues
        coming : how many that need as much room are about to follow
        """
        slot = Slot(len(text.ids))
        self.cache.add(slot, text.kv, coming)
        return slot

    def leave(self, slot: Slot) -> None:
        """Give a sequence's memory back."""
        self.cache.remove(slot)

    def park(self, slot: Slot) -> list[torch.Tensor]:
        """Take a sequence out; its keys and values, L tensors of shape (length, 2 E)."""
        kv = [t.clone() for t in self.cache.of(slot)]
        self.leave(slot)
        return kv

    def resume(self, slot: Slot, kv: Sequence[torch.Tensor]) -> None:
        """Take a parked sequence in again, with what `park` returned."""
        self.cache.add(slot, kv)

    def step(self, rows: list[tuple[Slot, int]]) -> torch.Tensor:
        """Read one token of every sequence.

        Parameters
        ----------
        rows : sequences, each with its next token. Those of the batch that are
            not named are left as they are.

        Returns
        -------
        shape (len(rows), V), float32 on the processor; `rows`' order

        Notes
        -----
        A step that raises changes nothing: lengths are moved on at the end, and
        what was written beyond them is written again.
        """
        for slot, _token in rows:
            if slot.length + 1 > slot.capacity:
                self.cache.grow(slot)
        self.cache.tidy()
        token_of = {id(slot): token for slot, token in rows}
        groups, order = self._groups(token_of)
        ids = torch.tensor([token_of[id(slot)] for slot in order])
        positions = torch.tensor([slot.length for slot in order])

        x = self.forward.step(self.forward.embed(ids, positions), groups)
        logits = self.forward.logits(_in_order(x, order, [slot for slot, _token in rows]))
        for slot in order:
            slot.length += 1
        return logits

    def _groups(self, token_of: dict[int, int]) -> tuple[list[Group], list[Slot]]:
        """The sequences that are stepped, block by block; and their order."""
        groups: list[Group] = []
        order: list[Slot] = []
        for block in self.cache.blocks.values():
            here = [slot for slot in block.slots if id(slot) in token_of]
            if here:
                span = slice(len(order), len(order) + len(here))
                groups.append(_group(self.forward, block, here, span))
                order.extend(here)
        return groups, order

    def room(self, slot: Slot) -> int:
        """Tokens that a sequence can be given before its block or the context is full."""
        return min(slot.capacity, self.forward.loaded.shape.n_ctx) - slot.length

    def verify(self, slot: Slot, tokens: Sequence[int]) -> torch.Tensor:
        """Read several tokens of one sequence, some of which are only guessed.

        Parameters
        ----------
        tokens : at most `room(slot)`

        Returns
        -------
        shape (len(tokens), V), float32 on the processor; the logits after each token

        Notes
        -----
        The sequence's length stays what it was: the caller adds to `slot.length` as many
        tokens as turned out right. What was written beyond them is written again.
        """
        forward, start = self.forward, slot.length
        stop, block = start + len(tokens), self.cache.blocks[slot.capacity]
        if len(tokens) > self.room(slot):
            raise ValueError(f"{len(tokens)} tokens, but room for {self.room(slot)}")
        kv = [layer[slot.row, :stop] for layer in block.kv]
        embedded = forward.embed(torch.tensor(tokens), torch.arange(start, stop))
        return forward.logits(forward.read(embedded, kv, start))


def _in_order(x: torch.Tensor, order: list[Slot], wanted: list[Slot]) -> torch.Tensor:
    """Rows of shape (n, E) in the caller's order."""
    if [id(slot) for slot in order] == [id(slot) for slot in wanted]:
        return x
    # Before the head: its output is sixty times as wide.
    place = {id(slot): row for row, slot in enumerate(order)}
    return x[[place[id(slot)] for slot in wanted]]


def _group(forward: Forward, block: KVBlock, here: list[Slot], span: slice) -> Group:
    """Where a block's sequences lie, are written, what is masked, how far to look."""
    lengths = [slot.length for slot in here]
    longest, first = max(lengths) + 1, here[0].row
    if len(here) == 1:
        return Group(block.kv, span, first, None, None, None, longest)
    which = None
    if len(here) < len(block.slots):
        which = forward.everywhere(torch.tensor([slot.row for slot in here]))
    flat = torch.tensor([slot.row * block.capacity + slot.length for slot in here])
    mask = None
    if min(lengths) + 1 < longest:
        seen = torch.arange(longest)[None] <= torch.tensor(lengths)[:, None]
        added = torch.zeros(seen.shape, dtype=forward.dtype).masked_fill_(~seen, -math.inf)
        mask = forward.everywhere(added[:, None, None])  # (n, 1, query = 1, key)
    return Group(block.kv, span, first, which, forward.everywhere(flat), mask, longest)
