"""Long work that a session starts, watches, stops and may leave behind.

The work goes on in a thread of its own while the page shows what there is; it
ends when it is done, when it is stopped, and when nobody has watched it for a
while (the page was left, the browser closed).
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Generic, TypeVar

from core.language import context_of_now

T = TypeVar("T")


class Job(Generic[T]):
    """An iterator that runs in the background.

    Parameters
    ----------
    work : yields results; it is closed when the job ends, however it ends
    patience : seconds that the job goes on without being watched
    """

    def __init__(self, work: Iterator[T], *, patience: float = 10.0) -> None:
        self._work = work
        self._patience = patience
        self._results: list[T] = []
        self._stop = threading.Event()
        self._ended, self._began = threading.Event(), threading.Event()
        self._started = self._watched = time.monotonic()
        self._first = self._last = self._started
        self.error: Exception | None = None
        context = context_of_now()  # the session's language, for sentences in errors
        self._thread = threading.Thread(target=context.run, args=(self._go,), daemon=True)
        self._thread.start()

    def _go(self) -> None:
        try:
            for result in self._work:
                if self._stop.is_set():
                    break
                self._last = time.monotonic()
                if not self._results:
                    self._first = self._last
                self._results.append(result)
                self._began.set()
                if self._last - self._watched > self._patience:
                    self._stop.set()
                    break
        except Exception as error:  # shown by the page that watches
            self.error = error
        finally:
            close = getattr(self._work, "close", None)
            if close is not None:
                close()
            self._ended.set()
            self._began.set()

    def watch(self) -> tuple[T, ...]:
        """The results so far; also says that somebody is still there."""
        self._watched = time.monotonic()
        return tuple(self._results)

    def stop(self) -> None:
        """End after the result that is being made; what came before stays."""
        self._stop.set()

    def wait_for_first(self, seconds: float) -> bool:
        """Wait for the first result, or the end; False if neither has come within `seconds`."""
        return self._began.wait(seconds)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end; False if it has not come within `seconds`."""
        return self._ended.wait(seconds)

    @property
    def done(self) -> bool:
        """Whether nothing more will come. True at once after `stop`."""
        return self._ended.is_set() or self._stop.is_set()

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self._stop.is_set()

    @property
    def seconds(self) -> float:
        """From the start to the last result."""
        return self._last - self._started

    @property
    def rate(self) -> float | None:
        """Results per second after the first one, which also reads the prompt; None if unknown."""
        n = len(self._results) - 1
        return n / (self._last - self._first) if n > 0 and self._last > self._first else None
