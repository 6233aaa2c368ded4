"""What an owner thread does while nobody waits: clear up, and measure the machine."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from core.engine.forward import Forward
from core.model.allocator import give_back

#: Seconds after which an idle engine measures the machine once more: a server's start is busy.
AGAIN = 60.0


class Idle:
    """The work that can wait, in small pieces.

    Attributes
    ----------
    untidy : whether a long request may have left holes in the heap
    measuring : yields between trials of the products
    measured : set once the products were chosen

    Parameters
    ----------
    forward : whose products are measured; None for a model that is read by transformers
    """

    def __init__(self, forward: Forward | None) -> None:
        self._forward = forward
        self.untidy = False
        self.measuring: Iterator[None] = forward.measure() if forward else iter(())
        self.measured = threading.Event()
        self._again: float | None = None  # when they are measured once more

    def work(self) -> bool:
        """One piece; False if there is nothing to do now."""
        if self.untidy:
            self.untidy = False
            give_back()
            return True
        try:
            next(self.measuring)
            return True
        except StopIteration:
            return self._begin_again(time.monotonic())

    def _begin_again(self, now: float) -> bool:
        if not self.measured.is_set():
            self.measured.set()
            self._again = now + AGAIN
        elif self._again is not None and now >= self._again:
            self._again = None
            if self._forward is not None:
                self.measuring = self._forward.measure()
                return True
        return False

    def seconds_left(self) -> float | None:
        """Until there is something to do; None for never."""
        return None if self._again is None else max(0.0, self._again - time.monotonic())
