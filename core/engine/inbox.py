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


class Inbox:
    """The queue, with the one lock of an engine.

    Attributes
    ----------
    wake : guards whatever sessions and the owner thread share; the owner thread sleeps on it
    queue : requests that wait
    closing : whether nothing comes in any more

    Parameters
    ----------
    limit : requests that may wait
    """

    def __init__(self, limit: int) -> None:
        # Reentrant: an iterator may be closed by the garbage collector inside of us.
        self.wake = threading.Condition(threading.RLock())
        self.queue: FairQueue[Request] = FairQueue()
        self.closing = False
        self.refused = 0
        self._limit = limit
        self._seen: dict[str, float] = {}

    def see(self) -> None:
        """Note that this session is there. Needs the lock."""
        self._seen[current_client()] = time.monotonic()
        if len(self._seen) > 1024:
            newest = sorted(self._seen.items(), key=lambda item: item[1])[512:]
            self._seen = dict(newest)

    def clients(self, now: float) -> int:
        """Sessions that asked for something in the last minute. Needs the lock."""
        return sum(now - seen <= 60.0 for seen in self._seen.values())

    def enter(self, request: Request) -> None:
        """Queue a request.

        Raises
        ------
        Busy
            If too many wait.
        RequestFailed
            If the model was unloaded.
        """
        with self.wake:
            self.see()
            if self.closing:
                raise unloaded()
            self._check_room(1)
            self.queue.put(request.client, request.cost, request)
            self.wake.notify_all()

    def enter_all(self, requests: Sequence[Request]) -> None:
        """Queue all or none; raises as `enter`."""
        with self.wake:  # and the owner thread sees them all at once
            self._check_room(len(requests))
            for request in requests:
                self.enter(request)

    def _check_room(self, n: int) -> None:
        """Raise `Busy` if the queue has no room for so many more."""
        if len(self.queue) + n > self._limit:
            self.refused += 1
            raise Busy(
                _("The model is busy: you would be number {n} in the queue.").format(
                    n=len(self.queue) + 1
                ),
                _("Try again in a moment."),
            )

    def sequences(self) -> list[GenerateRequest]:
        """The sequences that wait for their first or next turn."""
        waiting = self.queue.items()
        return [r for r in waiting if isinstance(r, GenerateRequest) and not r.dropped]

    def notify(self) -> None:
        """Wake the owner thread: something changed."""
        with self.wake:
            self.wake.notify_all()

    def close(self) -> None:
        """Nothing comes in any more, and the owner thread ends."""
        with self.wake:
            self.closing = True
            self.wake.notify_all()
