"""Sequences that generate together: each step reads one token of every one.

A sequence joins once its prompt was read, is stepped, and leaves, at any time.
Shapes: L layers, n rows (one token of one sequence each), E = n_embd, V = n_vocab.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F

from core.engine.forward import Everywhere, Forward
from core.engine.kv_cache import KVBlock, KVCache, Slot
from core.engine.prefill import Prefilled


class _Group(NamedTuple):
    """The sequences of one block that take part in a step.

    Each step sends these to a device once, not with every layer: a copy out of the main
    memory is waited for.

    Attributes
    ----------
    block : where their keys and values lie
    span : their rows in the step
    first : the first one's row in the block
    which : their rows in the block, shape (n,); None for the first n, or for one alone
    written : where the new keys and values go in the flattened block, shape (n,)
    mask : shape (n, 1, 1, key), added to the scores; None where all are of one length
    longest : tokens of the longest, the new one included
    """

    block: KVBlock
    span: slice
    first: int
    which: Everywhere | None
    written: Everywhere
    mask: Everywhere | None
    longest: int


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

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            parts = [self._attend(layer, qkv[group.span], group) for group in groups]
            return parts[0] if len(parts) == 1 else torch.cat(parts)

        x = self.forward.blocks(self.forward.embed(ids, positions), attend)
        logits = self.forward.logits(_in_order(x, order, [slot for slot, _token in rows]))
        for slot in order:
            slot.length += 1
        return logits

    def _groups(self, token_of: dict[int, int]) -> tuple[list[_Group], list[Slot]]:
        """The sequences that are stepped, block by block; and their order."""
        groups: list[_Group] = []
        order: list[Slot] = []
        for block in self.cache.blocks.values():
            here = [slot for slot in block.slots if id(slot) in token_of]
            if here:
                span = slice(len(order), len(order) + len(here))
                groups.append(_group(self.forward, block, here, span))
                order.extend(here)
        return groups, order

    def _attend(self, layer: int, qkv: torch.Tensor, group: _Group) -> torch.Tensor:
        """One new token of each sequence of a group looks at its text; (n, 3 E) -> (n, E)."""
        forward, n_embd, n = self.forward, self.forward.n_embd, qkv.shape[0]
        kv = group.block.kv[layer]
        if n == 1:
            mine = kv[group.first]
            mine[group.longest - 1] = qkv[0, n_embd:]
            return forward.attend_one(layer, qkv[0, :n_embd], mine[: group.longest])
        kv.view(-1, 2 * n_embd).index_copy_(0, group.written[kv.device], qkv[:, n_embd:])
        rows = slice(n) if group.which is None else group.which[kv.device]
        seen = kv[rows, : group.longest]
        z = F.scaled_dot_product_attention(
            qkv[:, :n_embd].view(n, forward.n_head, 1, forward.d_head),
            forward.split_heads(seen[..., :n_embd]),
            forward.split_heads(seen[..., n_embd:]),
            attn_mask=None if group.mask is None else group.mask[kv.device],
            scale=forward.scaling[layer],
        )
        return z.reshape(n, n_embd)

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
        mask = forward.causal_mask(start, stop)

        def attend(layer: int, qkv: torch.Tensor) -> torch.Tensor:
            return forward.attend_rows(layer, qkv, block.kv[layer][slot.row, :stop], mask)

        embedded = forward.embed(torch.tensor(tokens), torch.arange(start, stop))
        return forward.logits(forward.blocks(embedded, attend))


def _in_order(x: torch.Tensor, order: list[Slot], wanted: list[Slot]) -> torch.Tensor:
    """Rows of shape (n, E) in the caller's order."""
    if [id(slot) for slot in order] == [id(slot) for slot in wanted]:
        return x
    # Before the head: its output is sixty times as wide.
    place = {id(slot): row for row, slot in enumerate(order)}
    return x[[place[id(slot)] for slot in wanted]]


def _group(forward: Forward, block: KVBlock, here: list[Slot], span: slice) -> _Group:
    """Where a block's sequences lie, are written, what is masked, how far to look."""
    lengths = [slot.length for slot in here]
    longest, first = max(lengths) + 1, here[0].row
    if len(here) == 1:
        return _Group(block, span, first, None, {}, None, longest)
    which = None
    if len(here) < len(block.slots):
        which = forward.everywhere(torch.tensor([slot.row for slot in here]))
    flat = torch.tensor([slot.row * block.capacity + slot.length for slot in here])
    mask = None
    if min(lengths) + 1 < longest:
        seen = torch.arange(longest)[None] <= torch.tensor(lengths)[:, None]
        added = torch.zeros(seen.shape, dtype=forward.dtype).masked_fill_(~seen, -math.inf)
        mask = forward.everywhere(added[:, None, None])  # (n, 1, query = 1, key)
    return _Group(block, span, first, which, forward.everywhere(flat), mask, longest)
