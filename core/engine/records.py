"""What an engine counts and logs: requests, tokens and failures; never what was typed."""

from __future__ import annotations

import json
import logging
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from core.engine.failures import out_of_memory
from core.engine.requests import ComputeRequest, Request

log = logging.getLogger("gpt2_hood.engine")


@dataclass(frozen=True)
class Status:
    """What the person who runs a class wants to see.

    Attributes
    ----------
    model, device, dtype : as loaded
    path : "chosen products", "modules" or "transformers": how a token is computed
    weight_bytes, cache_bytes, kv_bytes : held now
    generating, waiting : sequences in the batch; requests in the queue
    clients : sessions that asked for something in the last minute
    tokens_per_second : generated for all together in the last ten seconds
    tokens, hits, misses, failures : since the model was loaded; hits and misses of the cache
    refused : requests for which the queue had no room, or whose session asked too often
    evicted : results and texts that went from the cache because others came
    batches : how many steps were made for so many sequences at once
    seconds : how many requests of a kind were done, and how long all of them took
    threads, most_threads : that compute a product now, and at most: others want the cores, too
    replicas : engines on other machines whose sums these are; None for the one of this process
    """

    model: str
    device: str
    dtype: str
    path: str
    weight_bytes: int
    cache_bytes: int
    kv_bytes: int
    generating: int
    waiting: int
    clients: int
    tokens_per_second: float
    tokens: int
    hits: int
    misses: int
    failures: int
    refused: int
    evicted: int
    batches: Mapping[int, int]
    seconds: Mapping[str, tuple[int, float]]
    threads: int = 0
    most_threads: int = 0
    replicas: int | None = None


class Records:
    """Counts since the model was loaded, and lines of JSON for the log.

    Parameters
    ----------
    model : its key
    relieve : gives back memory that can be filled again
    """

    def __init__(self, model: str, relieve: Callable[[], None]) -> None:
        self.model, self.relieve = model, relieve
        self.tokens = self.failures = 0
        self._made: deque[float] = deque(maxlen=4096)
        self.seconds: dict[str, tuple[int, float]] = {}
        self.batches: dict[int, int] = {}

    def token(self) -> None:
        """One was generated."""
        self.tokens += 1
        self._made.append(time.monotonic())

    def step(self, n: int) -> None:
        """A step was made for so many sequences."""
        self.batches[n] = self.batches.get(n, 0) + 1

    def tokens_per_second(self, now: float) -> float:
        """Generated in the last ten seconds."""
        recent = [at for at in list(self._made) if now - at <= 10.0]
        since = now - recent[0] if recent else 0.0
        return len(recent) / max(since, 1.0)

    def counts(self) -> dict[str, Any]:
        """What was counted, by the names of a `Status`."""
        return {
            "tokens": self.tokens, "failures": self.failures,
            "seconds": dict(self.seconds), "batches": dict(self.batches),
        }  # fmt: skip

    def report(self, request: Request, **more: Any) -> None:
        """Count a request that is done, and a line for the log."""
        seconds = time.monotonic() - request.begun
        done, took = self.seconds.get(request.name, (0, 0.0))
        self.seconds[request.name] = done + 1, took + seconds
        if log.isEnabledFor(logging.INFO):
            line = {
                "event": request.name,
                "model": self.model,
                "seconds": round(seconds, 4),
                **more,
            }
            if isinstance(request, ComputeRequest):
                line["computing"] = round(request.spent, 4)
            log.info(json.dumps(line))

    def failed(self, request: Request, error: BaseException) -> None:
        """Count and log a failure, and tell whoever asked."""
        self.failures += 1
        line = {"event": "failed", "request": request.name, "model": self.model}
        log.warning(json.dumps({**line, "error": repr(error)}))
        if out_of_memory(error):
            self.relieve()
        request.fail(error)
