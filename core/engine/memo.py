"""Results that are kept for all sessions: each is computed once, and the oldest go first."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Future
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.engine.counted import Counted
from core.engine.inbox import Inbox
from core.engine.requests import ComputeRequest
from core.turns import TURNS
from core.views.trace import Trace

if TYPE_CHECKING:
    from core.engine.prefix_cache import PrefixCache


def size_of(value: Any) -> int:
    """Bytes held by the arrays inside a result (dataclasses, tuples, dicts), plus a little."""
    if isinstance(value, np.ndarray):
        return value.nbytes + 128
    if is_dataclass(value) and not isinstance(value, type):
        return 128 + sum(size_of(getattr(value, f.name)) for f in fields(value))
    if isinstance(value, tuple | list):
        return 64 + sum(size_of(v) for v in value)
    if isinstance(value, dict):
        return 64 + sum(size_of(v) for v in value.values())
    return 64


def key_of(function: Callable[..., Any], args: Sequence[Any]) -> tuple[Hashable, ...]:
    """What a result is known by: the function's module and name, and its arguments."""
    return f"{function.__module__}.{function.__qualname__}", *map(_key, args)


def _key(value: Any) -> Hashable:
    # A trace is known by its ids: an evicted and recomputed trace is the same one.
    if isinstance(value, Trace):
        # Another model's may come in beside it: one prompt, two models.
        return "trace", value.model_key, value.token_ids
    return value


class Memo:
    """Results by key, as many as fit; and the futures of those that are being computed.

    Attributes
    ----------
    hits, misses : how often a result was there, or on its way; and how often not

    Parameters
    ----------
    n_bytes : of all results, at most
    """

    def __init__(self, inbox: Inbox, n_bytes: int) -> None:
        self._inbox = inbox
        self._results = Counted(n_bytes, size_of)
        self._pending: dict[Hashable, Future] = {}
        self.hits = self.misses = 0

    @property
    def n_bytes(self) -> int:
        """Held now."""
        return int(self._results.currsize)

    def result(self, key: Hashable, make: Callable[[], ComputeRequest]) -> Any:
        """What is kept under a key; else what the request that `make` makes ends with.

        Raises
        ------
        Busy, RequestFailed
            And whatever the request raises.
        """
        with self._inbox.wake:
            self._inbox.see()
            if key in self._results:
                self.hits += 1
                return self._results[key]
            future = self._pending.get(key)
            if future is None:
                self.misses += 1
                request = make()
                self._inbox.enter(request)
                future = self._pending[key] = request.future
                future.add_done_callback(lambda done: self._keep(key, done))
            else:
                self.hits += 1
        with TURNS.given_up():  # of the scripts: another one computes while this one waits
            return future.result()

    def _keep(self, key: Hashable, future: Future) -> None:
        with self._inbox.wake:
            self._pending.pop(key, None)
            if not future.cancelled() and future.exception() is None:
                try:
                    self._results[key] = future.result()
                except ValueError:  # larger than the whole cache: given out, not kept
                    pass

    def counts(self, texts: PrefixCache | None) -> dict[str, int]:
        """What is told of it and of the texts that were read, by the names of a `Status`."""
        n_bytes, evicted = (texts.n_bytes, texts.evicted) if texts else (0, 0)
        return {
            "cache_bytes": self.n_bytes + n_bytes, "hits": self.hits, "misses": self.misses,
            "evicted": self._results.evicted + evicted,
        }  # fmt: skip

    def clear(self) -> None:
        """Give all results back. Needs the lock."""
        self._results.clear()
