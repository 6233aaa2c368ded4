"""What the sequences of a step look at, as far as they lie in the same block."""

from __future__ import annotations

from typing import NamedTuple

import torch

#: The same small tensor on each device that has layers.
Everywhere = dict[torch.device, torch.Tensor]


class Group(NamedTuple):
    """The sequences of one block that take part in a step.

    Each step sends these to a device once, not with every layer: a copy out of the main
    memory is waited for.

    Attributes
    ----------
    kv : of the block, L tensors of shape (rows, capacity, 2 E)
    span : their rows in the step
    first : the first one's row in the block
    which : their rows in the block, shape (n,); None for the first n, or for one alone
    written : where the new keys and values go in the flattened block, shape (n,); None for one
    mask : shape (n, 1, 1, key), added to the scores; None where all are of one length
    longest : tokens of the longest, the new one included
    """

    kv: list[torch.Tensor]
    span: slice
    first: int
    which: Everywhere | None
    written: Everywhere | None
    mask: Everywhere | None
    longest: int

    @property
    def places(self) -> list[int]:
        """`first`, `longest` and how many they are, as `core.engine.passes` reads them."""
        return [self.first, self.longest, self.span.stop - self.span.start]

    def on(self, device: torch.device) -> tuple[torch.Tensor | None, ...]:
        """`which`, `written` and `mask` on a device."""
        found = self.which, self.written, self.mask
        return tuple(None if one is None else one[device] for one in found)
