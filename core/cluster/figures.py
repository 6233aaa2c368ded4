"""The figures of a model's replicas, as those of one engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from core.engine.records import Status

#: Unknown: no replica has said anything yet.
_NOTHING = Status("", "", "", "", 0, 0, 0, 0, 0, 0, 0.0, 0, 0, 0, 0, 0, 0, {}, {})
_SUMS = (
    "weight_bytes", "cache_bytes", "kv_bytes", "generating", "waiting", "clients",
    "tokens_per_second", "tokens", "hits", "misses", "failures", "refused", "evicted",
    "threads", "most_threads",
)  # fmt: skip


def together(model: str, statuses: Sequence[Status]) -> Status:
    """Sums, and how many there are."""
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
    return replace(first, model=model, **more, **sums)
