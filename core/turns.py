"""Who computes: session scripts take turns, a few at a time, in the order of their coming.

Thirty scripts that run at the same time share one lock of Python's: all of them are late together,
and the engine and the server's loop wait among them. One after the other the first is there after
a thirtieth of the time, and none later than before. Nobody can be kept waiting for good: a turn
that is given up while its script waits for a model is free, and so is one that lasts too long.
"""

from __future__ import annotations

import heapq
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

#: Scripts that run at a time.
AT_ONCE = 1
#: Seconds after which a turn no longer keeps others waiting: what takes longer waits for something
#: itself, or would hold everybody up.
LONGEST = 0.4
#: Seconds by which what is short goes before what came earlier: who acts within a page sees what
#: comes of it before others see whole pages, also while a class opens them.
SHORT = 5.0
#: Seconds after which whoever has Python's lock gives it up to others who want it. PyTorch gives
#: it up for what it computes and asks for it again: with Python's own 5 ms a token of the embedded
#: model takes 72 ms beside one script that computes in Python (measured; alone 11), with this 25.
#: Less would make it 20, but a class's scripts would pay a tenth more for handing the lock over.
SWITCH = 0.0005


def share_the_lock() -> None:
    """Let this process's threads hand Python's lock over in time."""
    sys.setswitchinterval(SWITCH)


class _Turn:
    """A place in the order, for one run of a script."""

    def __init__(self, place: float, number: int) -> None:
        self.place, self.number = place, number
        self.begun = threading.Event()
        self.since = 0.0  # when it began

    def __lt__(self, other: _Turn) -> bool:
        return (self.place, self.number) < (other.place, other.number)


class Turns:
    """Turns of the scripts of one server.

    Parameters
    ----------
    at_once : how many run at a time
    longest : seconds after which one no longer keeps others waiting
    clock : seconds that never go back
    """

    def __init__(
        self,
        at_once: int = AT_ONCE,
        longest: float = LONGEST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._at_once, self._longest, self._clock = at_once, longest, clock
        self._lock = threading.Lock()
        self._waiting: list[_Turn] = []
        self._running: set[_Turn] = set()
        self._count = 0
        self._mine = threading.local()

    @contextmanager
    def taken(self, *, short: bool = False) -> Iterator[None]:
        """Wait for a turn and keep it; inside of another turn of this thread nothing is waited for.

        Parameters
        ----------
        short : whether it goes before longer ones that came up to `SHORT` seconds earlier
        """
        if self._turn is not None:
            yield
            return
        with self._lock:
            self._count += 1
            turn = _Turn(self._clock() - (SHORT if short else 0.0), self._count)
        self._begin(turn)
        self._mine.turn = turn
        try:
            yield
        finally:
            self._mine.turn = None
            self._end(turn)

    @contextmanager
    def given_up(self) -> Iterator[None]:
        """Let others in while this thread waits for something; without a turn it means nothing."""
        turn = self._turn
        if turn is None:
            yield
            return
        self._end(turn)
        try:
            yield
        finally:
            self._begin(turn)  # where it stood: before all that came after it

    @property
    def n_waiting(self) -> int:
        """How many scripts wait for their turn."""
        return len(self._waiting)

    @property
    def _turn(self) -> _Turn | None:
        return getattr(self._mine, "turn", None)

    def _begin(self, turn: _Turn) -> None:
        with self._lock:
            turn.begun.clear()
            heapq.heappush(self._waiting, turn)
            self._let_in()
        while not turn.begun.wait(self._longest):
            with self._lock:  # whoever runs may have lasted too long meanwhile
                self._let_in()

    def _end(self, turn: _Turn) -> None:
        with self._lock:
            self._running.discard(turn)
            self._let_in()

    def _let_in(self) -> None:
        """Let the first of those who wait begin, as many as may run. Needs the lock."""
        now = self._clock()
        while self._waiting:
            fresh = sum(now - turn.since < self._longest for turn in self._running)
            if fresh >= self._at_once:
                return
            turn = heapq.heappop(self._waiting)
            turn.since = now
            self._running.add(turn)
            turn.begun.set()


#: Of this process.
TURNS = Turns()
