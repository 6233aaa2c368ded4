"""A cache that keeps what was asked for last, and counts what had to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cachetools import LRUCache


class Counted(LRUCache):
    """As much as fits; the oldest goes first.

    Attributes
    ----------
    evicted : went because others came, since it was made
    """

    def __init__(self, maxsize: int, getsizeof: Callable[[Any], int]) -> None:
        super().__init__(maxsize, getsizeof)
        self.evicted = 0

    def popitem(self) -> tuple[Any, Any]:
        """The oldest goes."""
        gone = super().popitem()
        self.evicted += 1
        return gone

    def clear(self) -> None:
        """All goes, and none of it for another."""
        evicted = self.evicted
        super().clear()
        self.evicted = evicted
