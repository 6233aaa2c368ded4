"""Continuations that survive the machine that writes them.

Every step carries its number. Where a replica is lost, another one goes on after the last token
that came, with the same seed: a reader sees a pause.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from core.cluster.errors import ClusterLost, Lost
from core.cluster.messages import Answer
from core.cluster.wire import Rounds
from core.sampling.generation import Step

#: Seconds for which a text is begun anew when replicas die under it.
PATIENCE = 60.0
#: Opens the stream: for each continuation that goes on its number and the tokens that are there.
Open = Callable[[Sequence[int], Sequence[tuple[int, ...]]], Rounds]


class Streams:
    """A few continuations of one text, read together.

    Parameters
    ----------
    n : how many
    start : opens the stream; may raise what keeps it from being opened
    ended : whether a continuation of these tokens is at its end
    """

    def __init__(self, n: int, start: Open, ended: Callable[[tuple[int, ...]], bool]) -> None:
        self._start, self._ended = start, ended
        self._lock = threading.RLock()  # an iterator may be closed by the garbage collector
        self._made: list[tuple[int, ...]] = [()] * n
        self._ready: list[deque[Step | Answer]] = [deque() for _ in range(n)]
        self._open = set(range(n))
        self._going: list[int] = []
        self._rounds: Rounds | None = None

    def begin(self) -> None:
        """Have all of them written from now on; waits for their place in the queue.

        Raises
        ------
        ClusterLost
            Where one replica after the other is lost.
        """
        end = time.monotonic() + PATIENCE
        while True:
            self._going = [i for i in sorted(self._open) if not self._ended(self._made[i])]
            if not self._going:
                return
            self._rounds = self._start(self._going, [self._made[i] for i in self._going])
            try:
                next(self._rounds)  # its empty round
                return
            except Lost as error:
                if time.monotonic() > end:
                    raise ClusterLost.silent(PATIENCE) from error
                time.sleep(0.05)

    def next_of(self, number: int) -> Step | None:
        """A continuation's next step; None at its end."""
        with self._lock:
            while number in self._open and not self._ready[number]:
                if self._ended(self._made[number]) or not self._pull():
                    break
            step = self._ready[number].popleft() if self._ready[number] else None
        return step.opened() if isinstance(step, Answer) else step

    def _pull(self) -> bool:
        """One more round; False if there is none."""
        if self._rounds is None:
            self.begin()
        if self._rounds is None:
            return False
        try:
            for which, step in next(self._rounds):
                self._take(self._going[which], step)
            return True
        except StopIteration:
            return False
        except Lost:
            self.begin()
            return bool(self._going)

    def _take(self, number: int, step: Step | Answer) -> None:
        if number not in self._open:
            return
        if isinstance(step, Answer):
            self._ready[number].append(step)
        elif step.index == len(self._made[number]):
            self._made[number] += (step.token_id,)
            self._ready[number].append(step)

    def close(self, number: int) -> None:
        """Nobody reads this one any more; with the last one the stream ends."""
        self._open.discard(number)
        if not self._open and self._rounds is not None:
            self._rounds.close()


class Reader:
    """The steps of one continuation; closing or dropping it frees its place."""

    def __init__(self, streams: Streams, number: int) -> None:
        self._streams, self._number, self._closed = streams, number, False

    def __iter__(self) -> Iterator[Step]:
        return self

    def __next__(self) -> Step:
        if self._closed:
            raise StopIteration
        try:
            step = self._streams.next_of(self._number)
        except BaseException:
            if self._closed:  # by another thread, while this one waited
                raise StopIteration from None
            self.close()
            raise
        if step is None:
            self.close()
            raise StopIteration
        return step

    def close(self) -> None:
        """Nobody reads on."""
        if not self._closed:
            self._closed = True
            self._streams.close(self._number)

    def __del__(self) -> None:
        self.close()
