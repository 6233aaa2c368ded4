"""The figures of a model's replicas, as those of one engine."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import replace

from core.engine.records import Status

#: Unknown: no replica has said anything yet.
_NOTHING = Status("", "", "", "", 0, 0, 0, 0, 0, 0, 0.0, 0, 0, 0, 0, 0, 0, {}, {})
_SUMS = (
    "weight_bytes", "cache_bytes", "kv_bytes", "generating", "waiting", "tokens_per_second",
    "tokens", "hits", "misses", "failures", "refused", "evicted",
    "threads", "most_threads",
)  # fmt: skip


class Sessions:
    """Those of this server that asked lately: each asks several replicas, which cannot be added.

    Parameters
    ----------
    clock : seconds; another one in tests
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: OrderedDict[str, float] = OrderedDict()

    def see(self, session: str) -> None:
        """Note that it asked."""
        self._seen[session] = self._clock()
        self._seen.move_to_end(session)
        while len(self._seen) > 1024:
            self._seen.popitem(last=False)

    def of_a_minute(self) -> int:
        """How many asked in the last minute."""
        now = self._clock()
        return sum(now - seen <= 60.0 for seen in list(self._seen.values()))


def together(model: str, statuses: Sequence[Status], sessions: int = 0) -> Status:
    """Sums, and how many there are.

    Parameters
    ----------
    sessions : of this server, that asked in the last minute
    """
    first = statuses[0] if statuses else _NOTHING
    seconds: dict[str, tuple[int, float]] = {}
    for status in statuses:
        for kind, (done, took) in status.seconds.items():
            before = seconds.get(kind, (0, 0.0))
            seconds[kind] = before[0] + done, before[1] + took
    batches: dict[int, int] = {}
    for status in statuses:
        for size, steps in status.batches.items():
            batches[size] = batches.get(size, 0) + steps
    sums = {name: sum(getattr(status, name) for status in statuses) for name in _SUMS}
    more = {"seconds": seconds, "batches": batches, "replicas": len(statuses)}
    more["clients"] = sessions
    return replace(first, model=model, **more, **sums)
