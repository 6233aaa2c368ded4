"""What an operator sees: whether the server is ready, and its figures for Prometheus.

Streamlit counts its sessions at ``/_stcore/metrics``. The engines' figures are for the host alone:
they are served at an address of their own, which no visitor reaches. Nothing of it says what was
typed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

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
    "refused": "Requests for which the queue had no room",
}


class Status(Protocol):
    """An engine's figures, as `core.engine.records.Status` has them."""

    @property
    def model(self) -> str: ...
    @property
    def waiting(self) -> int: ...
    @property
    def seconds(self) -> Mapping[str, tuple[int, float]]: ...


Statuses = Callable[[], Sequence[Status]]


class Engines(Collector):
    """The figures of the models in memory, read when they are asked for."""

    def __init__(self, statuses: Statuses, rooms: Callable[[], int]) -> None:
        self.statuses, self.rooms = statuses, rooms

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
        yield GaugeMetricFamily("gpt2_hood_models", "Models in memory", value=len(found))
        yield GaugeMetricFamily("gpt2_hood_rooms", "Rooms that are open", value=self.rooms())


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


def serve_metrics(text: str, statuses: Statuses, rooms: Callable[[], int]) -> Callable[[], None]:
    """Serve the figures at an address of their own; returns what ends that.

    Raises
    ------
    OSError
        If the address cannot be had.
    """
    host, port = address(text)
    registry = CollectorRegistry()
    registry.register(Engines(statuses, rooms))
    server, thread = start_http_server(port, host, registry)

    def end() -> None:
        server.shutdown()
        server.server_close()
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
