"""What an operator sees: whether the server is ready, and its figures for Prometheus.

Streamlit counts its sessions at ``/_stcore/metrics``. The engines' figures are for the host alone:
they are served at an address of their own, which no visitor reaches. Nothing of it says what was
typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from core.host.pressure import Step

#: What of an engine's status is told, and in which words.
_NOW = {
    "waiting": "Requests in the queue",
    "generating": "Sequences stepped together as one batch",
    "clients": "Sessions that asked for something in the last minute",
    "weight_bytes": "Bytes of the weights",
    "cache_bytes": "Bytes of remembered results and texts",
    "kv_bytes": "Bytes of keys and values of the sequences in the batch",
}
_SINCE = {
    "tokens": "Tokens generated",
    "hits": "Answers from the cache",
    "misses": "Answers that were computed",
    "failures": "Requests that failed",
    "refused": "Requests for which the queue had no room, or whose session asked too often",
    "evicted": "Results and texts that left the cache for others",
}


class Status(Protocol):
    """An engine's figures, as `core.engine.records.Status` has them."""

    @property
    def model(self) -> str: ...
    @property
    def waiting(self) -> int: ...
    @property
    def seconds(self) -> Mapping[str, tuple[int, float]]: ...
    @property
    def batches(self) -> Mapping[int, int]: ...


Statuses = Callable[[], Sequence[Status]]
#: Sequences in a batch, up to which a bar of its histogram goes.
_BARS = (1, 2, 4, 8, 16, 32)


@dataclass(frozen=True)
class Server:
    """What is counted beside the engines.

    Attributes
    ----------
    rooms : that are open
    refused : visitors who were sent to wait, by their reason
    memory : steps that were taken when memory was short
    """

    rooms: Callable[[], int]
    refused: Callable[[], Mapping[str, int]]
    memory: Callable[[], Mapping[Step, int]]


class Engines(Collector):
    """The figures of the models in memory, read when they are asked for."""

    def __init__(self, statuses: Statuses, server: Server) -> None:
        self.statuses, self.server = statuses, server

    def collect(self) -> Iterator[Metric]:
        found = self.statuses()
        for kinds, family in ((_NOW, GaugeMetricFamily), (_SINCE, CounterMetricFamily)):
            for name, words in kinds.items():
                told = family(f"gpt2_hood_{name}", words, labels=["model"])
                for one in found:
                    told.add_metric([one.model], getattr(one, name))
                yield told
        took = SummaryMetricFamily(
            "gpt2_hood_request_seconds",
            "Requests by kind, queue included",
            labels=["model", "kind"],
        )
        for one in found:
            for kind, (done, seconds) in one.seconds.items():
                took.add_metric([one.model, kind], count_value=done, sum_value=seconds)
        yield took
        yield _batches(found)
        yield GaugeMetricFamily("gpt2_hood_models", "Models in memory", value=len(found))
        yield from self._server()

    def _server(self) -> Iterator[Metric]:
        rooms = self.server.rooms()
        yield GaugeMetricFamily("gpt2_hood_rooms", "Rooms that are open", value=rooms)
        sent = CounterMetricFamily(
            "gpt2_hood_visitors_refused", "Visitors who were sent to wait", labels=["reason"]
        )
        for reason in ("places", "memory", "often"):
            sent.add_metric([reason], self.server.refused().get(reason, 0))
        yield sent
        acted = CounterMetricFamily(
            "gpt2_hood_memory_steps", "Steps taken when memory was short", labels=["step"]
        )
        for step, n in self.server.memory().items():
            acted.add_metric([step.name.lower()], n)
        yield acted


def _batches(found: Sequence[Status]) -> Metric:
    """How many steps were made for so many sequences or fewer."""
    told = HistogramMetricFamily(
        "gpt2_hood_batch", "Sequences stepped together, a step each", labels=["model"]
    )
    for one in found:
        sizes = dict(one.batches)
        bars = [(str(top), sum(n for k, n in sizes.items() if k <= top)) for top in _BARS]
        told.add_metric(
            [one.model],
            buckets=[*bars, ("+Inf", sum(sizes.values()))],
            sum_value=sum(k * n for k, n in sizes.items()),
        )
    return told


def address(text: str) -> tuple[str, int]:
    """Host and port of ``127.0.0.1:9101``.

    Raises
    ------
    ValueError
        If it is not such an address.
    """
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise ValueError(f"metrics_address {text!r} is no address such as 127.0.0.1:9101")
    return host.strip("[]"), int(port)


def serve_metrics(text: str, statuses: Statuses, server: Server) -> Callable[[], None]:
    """Serve the figures at an address of their own; returns what ends that.

    Raises
    ------
    OSError
        If the address cannot be had.
    """
    host, port = address(text)
    registry = CollectorRegistry()
    registry.register(Engines(statuses, server))
    listening, thread = start_http_server(port, host, registry)

    def end() -> None:
        listening.shutdown()
        listening.server_close()
        thread.join()

    return end


def ready(awake: Callable[[], bool], statuses: Statuses, limit: int) -> Route:
    """``/ready``: whether a visitor who is sent here now is served; 503 and why, if not."""

    async def answer(_request: Request) -> PlainTextResponse:
        if not awake():
            why = "the model is waking up"
        elif any(one.waiting >= limit for one in statuses()):
            why = "the queue is full"
        else:
            return PlainTextResponse("ready", headers={"cache-control": "no-store"})
        return PlainTextResponse(why, 503, headers={"cache-control": "no-store"})

    return Route("/ready", answer, methods=["GET"])
