"""Where sessions leave their requests for the owner thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence

from core.engine.failures import unloaded
from core.engine.fair_queue import FairQueue, current_client
from core.engine.requests import GenerateRequest, Request
from core.errors import Busy
from core.language import _
from core.limiter import Limiter
from core.numbers import count


class Inbox:
    """The queue, with the one lock of an engine.

    Attributes
    ----------
    wake : guards whatever sessions and the owner thread share; the owner thread sleeps on it
    queue : requests that wait
    closing : whether nothing comes in any more
    relief : whether the owner thread is to give back what can be computed again

    Parameters
    ----------
    limit : requests that may wait
    a_minute : requests of one session in a minute; None for no bound
    """

    def __init__(self, limit: int, a_minute: int | None = None) -> None:
        # Reentrant: an iterator may be closed by the garbage collector inside of us.
        self.wake = threading.Condition(threading.RLock())
        self.queue: FairQueue[Request] = FairQueue()
        self.closing = self.relief = False
        self.refused = 0
        self._limit = limit
        self._seen: dict[str, float] = {}
        self._begun = time.monotonic()
        self._often = Limiter.a_minute(time.monotonic, a_minute) if a_minute else None

    def see(self) -> None:
        """Note that this session is there. Needs the lock."""
        self._seen[current_client()] = time.monotonic()
        if len(self._seen) > 1024:
            newest = sorted(self._seen.items(), key=lambda item: item[1])[512:]
            self._seen = dict(newest)

    def clients(self, now: float) -> int:
        """Sessions that asked for something in the last minute. Needs the lock."""
        return sum(now - seen <= 60.0 for seen in self._seen.values())

    def counts(self, now: float) -> dict[str, int]:
        """What is told of it, by the names of a `Status`. Needs the lock."""
        return {
            "waiting": len(self.queue), "clients": self.clients(now), "refused": self.refused,
        }  # fmt: skip

    def seconds_idle(self, now: float) -> float:
        """Since a session asked for anything."""
        with self.wake:
            return now - max(self._seen.values(), default=self._begun)

    def enter(self, request: Request) -> None:
        """Queue a request; raises as `enter_all`."""
        self.enter_all([request])

    def enter_all(self, requests: Sequence[Request]) -> None:
        """Queue all or none.

        Raises
        ------
        Busy
            If too many wait, or this session asks too often.
        RequestFailed
            If the model was unloaded.
        """
        with self.wake:  # and the owner thread sees them all at once
            self.see()
            if self.closing:
                raise unloaded()
            self._check(len(requests))
            for request in requests:
                self.queue.put(request.client, request.cost, request)
            self.wake.notify_all()

    def _check(self, n: int) -> None:
        """Raise `Busy` if there is no room for so many more, or this session asks too often."""
        if len(self.queue) + n > self._limit:
            problem = _("The model is busy: you would be number {n} in the queue.").format(
                n=len(self.queue) + 1
            )
        elif self._often is not None and not self._often.allows(current_client(), n):
            problem = _("Too many requests: the model takes {n} a minute from each of you.").format(
                n=count(int(self._often.burst))
            )
        else:
            return
        self.refused += 1
        raise Busy(problem, _("Try again in a moment."))

    def sequences(self) -> list[GenerateRequest]:
        """The sequences that wait for their first or next turn."""
        waiting = self.queue.items()
        return [r for r in waiting if isinstance(r, GenerateRequest) and not r.dropped]

    def texts(self) -> list[tuple[int, ...]]:
        """The texts that are to be read for those who wait, in their order."""
        with self.wake:
            waiting = [request for request in self.queue.items() if not request.dropped]
        return [text for request in waiting if (text := request.reads) is not None]

    def notify(self) -> None:
        """Wake the owner thread: something changed."""
        with self.wake:
            self.wake.notify_all()

    def relieve(self) -> None:
        """Ask for relief."""
        with self.wake:
            self.relief = True
            self.wake.notify_all()

    def close(self) -> None:
        """Nothing comes in any more, and the owner thread ends."""
        with self.wake:
            self.closing = True
            self.wake.notify_all()
