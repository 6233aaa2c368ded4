"""What came from the cluster lately: a page that is drawn again asks for nothing anew."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Any

from cachetools import LRUCache

from core.cluster.distant_trace import DistantTrace
from core.engine.memo import size_of
from core.turns import TURNS


class Kept:
    """Results by key, as many as fit; what is on its way is asked for once.

    Parameters
    ----------
    n_bytes : of all results, at most
    """

    def __init__(self, n_bytes: int) -> None:
        self._lock = threading.Lock()
        self._results: LRUCache = LRUCache(n_bytes, getsizeof=_size)
        self._coming: dict[Hashable, Future] = {}
        self.hits = 0

    def result(self, key: Hashable, ask: Callable[[], Any]) -> Any:
        """What is kept under a key; else what `ask` returns."""
        with self._lock:
            if key in self._results:
                self.hits += 1
                return self._results[key]
            future = self._coming.get(key)
            mine = future is None
            if future is None:
                future = self._coming[key] = Future()
        with TURNS.given_up():  # of the scripts: another one computes while this one waits
            return self._asked(key, future, ask) if mine else future.result()

    def clear(self) -> None:
        """Give all results back."""
        with self._lock:
            self._results.clear()

    def _asked(self, key: Hashable, future: Future, ask: Callable[[], Any]) -> Any:
        try:
            found = ask()
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            future.set_exception(error)
            raise
        with self._lock:
            del self._coming[key]
            try:
                self._results[key] = found
            except ValueError:  # larger than all that is kept
                pass
        future.set_result(found)
        return found


def _size(value: Any) -> int:
    """Bytes held here: a trace's residuals are not, and weighing them would bring them."""
    if isinstance(value, DistantTrace):
        return size_of((value.token_ids, value.pieces, value.logits))
    return size_of(value)
