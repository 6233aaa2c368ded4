"""Whose turn it is: a fair queue without a clock.

Nothing here knows of models or tensors, and nothing reads the time, so a clock
that jumps changes no order.
"""

from __future__ import annotations

import heapq
import threading
from contextvars import ContextVar
from typing import Generic, TypeVar

T = TypeVar("T")
#: A request's place: when it would be done, its number, its cost, whose it is.
Ticket = tuple[float, int, float, str]

#: Who asks: a browser session. Requests from outside a session are told apart by their thread.
client: ContextVar[str | None] = ContextVar("client", default=None)


def current_client() -> str:
    """The session that this code runs for."""
    return client.get() or f"thread {threading.get_ident()}"


class FairQueue(Generic[T]):
    """Weighted fair queueing: everybody gets the same share of the work, short work first.

    Each request is given the moment at which it would be done if all clients
    were served at the same time; the earliest goes first. A client with many
    requests is put behind its own, a long one behind the short ones, and since
    that moment is fixed when it comes in, nothing waits for ever.

    References
    ----------
    Demers, Keshav and Shenker (1989), Analysis and Simulation of a Fair Queueing
    Algorithm, section 2.
    """

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, float, str, T]] = []
        self._now = 0.0  # virtual time: work that each waiting client was given
        self._last: dict[str, float] = {}  # client -> when its newest request would be done
        self._count = 0
        self._waiting: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, who: str, cost: float, item: T) -> None:
        """Queue an item that takes `cost` (any unit, the same for all)."""
        done = max(self._now, self._last.get(who, 0.0)) + cost
        self._last[who] = done
        self._push((done, self._next(), cost, who, item))

    def _next(self) -> int:
        self._count += 1
        return self._count

    def _push(self, entry: tuple[float, int, float, str, T]) -> None:
        heapq.heappush(self._heap, entry)
        self._waiting[entry[3]] = self._waiting.get(entry[3], 0) + 1

    def pop(self) -> tuple[T, Ticket]:
        """The next item and its ticket, with which `put_back` restores its place."""
        done, number, cost, who, item = heapq.heappop(self._heap)
        self._waiting[who] -= 1
        if not self._waiting[who]:
            del self._waiting[who]
        return item, (done, number, cost, who)

    def put_back(self, item: T, ticket: Ticket) -> None:
        """An item that is not done yet goes back to where it stood."""
        done, number, cost, who = ticket
        self._push((done, number, cost, who, item))

    def served(self, cost: float) -> None:
        """Work was done: everybody who waits is that much nearer."""
        self._now += cost / max(1, len(self._waiting))
        if len(self._last) > 4 * len(self._waiting) + 64:
            self._last = {who: t for who, t in self._last.items() if t > self._now}

    def items(self) -> list[T]:
        """What waits, in the order of `pop`."""
        return [entry[4] for entry in sorted(self._heap, key=lambda entry: entry[:2])]

    def clear(self) -> list[T]:
        """Take everything out."""
        items = self.items()
        self._heap.clear()
        self._waiting.clear()
        return items
