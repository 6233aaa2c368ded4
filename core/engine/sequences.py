"""Who is being generated: the sequences in the batch, and those parked until they are read."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from core.engine.failures import unread
from core.engine.inbox import Inbox
from core.engine.prefill import ALONE, CHUNK
from core.engine.requests import GenerateRequest

#: Tokens after which a sequence makes room for one that waits.
QUANTUM = 32
#: Seconds after which an iterator that nobody reads loses its memory.
PATIENCE = 60.0


class Sequences:
    """The sequences of one engine; only the owner thread changes them.

    Attributes
    ----------
    batch : a `Batch` or a `TransformersBatch`, with the keys and values
    running : in the batch, each with a slot
    stalled : parked, because they are ahead of whoever reads them

    Parameters
    ----------
    new_batch : makes an empty batch
    batch_limit : sequences stepped together
    kv_bytes : keys and values of the batch; one sequence may always run
    """

    def __init__(
        self, new_batch: Callable[[], Any], inbox: Inbox, batch_limit: int, kv_bytes: int
    ) -> None:
        self._new_batch, self._inbox = new_batch, inbox
        self._batch_limit, self._kv_bytes = batch_limit, kv_bytes
        self.batch: Any = new_batch()
        self.running: list[GenerateRequest] = []
        self.stalled: list[GenerateRequest] = []

    def chunk(self) -> int:
        """Rows of a text to read in one go: fewer while others wait."""
        return CHUNK if len(self._inbox.queue) or self.running else ALONE

    def has_room(self, request: GenerateRequest) -> bool:
        """Whether a sequence may join now."""
        if not self.running:
            return True
        if len(self.running) >= self._batch_limit:
            return False
        need = self.batch.bytes_for(len(request.ids) + 1)
        return self.batch.n_bytes + need <= self._kv_bytes

    def coming(self, length: int) -> int:
        """How many more sequences that need as much room as one of this length join next."""
        bytes_for = self.batch.bytes_for
        need = bytes_for(length)
        alike = sum(bytes_for(len(r.ids) + 1) == need for r in self._inbox.sequences())
        room = (self._kv_bytes - self.batch.n_bytes) // need
        return max(0, min(alike, self._batch_limit - len(self.running) - 1, room - 1))

    def join(self, request: GenerateRequest) -> None:
        """A sequence that has a slot is stepped from now on."""
        request.turn = 0
        with self._inbox.wake:
            self.running.append(request)

    def leave(self, request: GenerateRequest) -> None:
        """A running sequence gives its slot back."""
        with self._inbox.wake:
            self.running.remove(request)
        self.batch.leave(request.slot)
        request.slot = None

    def resume(self, request: GenerateRequest) -> None:
        """A parked sequence runs again."""
        self.batch.resume(request.slot, request.parked)
        request.parked = None
        self.join(request)

    def _park(self, request: GenerateRequest) -> None:
        request.parked = self.batch.park(request.slot)
        with self._inbox.wake:
            self.running.remove(request)

    def make_room(self) -> None:
        """Park who is ahead of its reader, and whose turn is over while others wait."""
        with self._inbox.wake:
            someone_waits = bool(self._inbox.sequences())
        full = len(self.running) >= self._batch_limit
        for request in list(self.running):
            if request.is_ahead:
                self._park(request)
                with self._inbox.wake:
                    request.stalled_since = time.monotonic()
                    self.stalled.append(request)
            elif someone_waits and full and request.turn >= QUANTUM:
                self._park(request)
                with self._inbox.wake:
                    self._inbox.queue.put(request.client, QUANTUM, request)

    def sweep(self) -> None:
        """Sequences whose reader left go; those whose reader caught up come back."""
        for request in [r for r in self.running if r.closed]:
            self.leave(request)
        with self._inbox.wake:
            now, kept = time.monotonic(), []
            for request in self.stalled:
                if request.closed:
                    request.parked = None
                elif request.is_caught_up:
                    request.stalled_since = None
                    self._inbox.queue.put(request.client, 1.0, request)
                elif now - (request.stalled_since or now) > PATIENCE:
                    request.parked = None
                    request.fail(unread())
                else:
                    kept.append(request)
            self.stalled = kept

    def any_awake(self) -> bool:
        """Whether `sweep` would change who is stalled."""
        return any(r.closed or r.is_caught_up for r in self.stalled)

    def clear(self) -> list[GenerateRequest]:
        """Take all out, and begin with an empty batch. Needs the lock."""
        left = [*self.running, *self.stalled]
        self.running, self.stalled = [], []
        self.batch = self._new_batch()
        return left
