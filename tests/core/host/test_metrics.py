"""Readiness and figures, from a real engine, over real sockets."""

from __future__ import annotations

import json
import re
import socket
import urllib.request
from pathlib import Path
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.engine.engine import Engine
from core.errors import Busy
from core.host.metrics import Engines, Server, address, ready, serve_metrics
from core.host.pressure import Step
from core.room import LocalRooms
from core.sampling.settings import SamplingSettings
from tests.core.room.clock import Clock

ROOT = Path(__file__).parents[3]


def server(rooms: LocalRooms | None = None) -> Server:
    count = rooms.count if rooms is not None else lambda: 0
    return Server(count, lambda: {"memory": 4}, lambda: {Step.CACHES: 2})


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def figures(port: int) -> dict[str, float]:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        text = answer.read().decode()
    lines = [line for line in text.splitlines() if line and line[0] != "#"]
    return {line.rpartition(" ")[0]: float(line.rpartition(" ")[2]) for line in lines}


def test_what_an_engine_did_is_told_at_an_address_of_its_own(storyteller: Engine):
    rooms, port = LocalRooms(Clock()), free_port()
    of = f'model="{storyteller.key}"'
    end = serve_metrics(f"127.0.0.1:{port}", lambda: [storyteller.status()], server(rooms))
    try:
        before = figures(port)
        storyteller.trace("A secret that nobody reads in a log, 48151623")
        list(storyteller.generate("Once", SamplingSettings(), seed=1, max_new_tokens=3))
        rooms.open()
        after = figures(port)
    finally:
        end()
    grown = {name: after[name] - before.get(name, 0.0) for name in after}
    assert grown[f"gpt2_hood_tokens_total{{{of}}}"] == 3
    assert grown[f"gpt2_hood_misses_total{{{of}}}"] >= 1
    assert grown[f'gpt2_hood_request_seconds_count{{kind="trace",{of}}}'] >= 1
    assert grown[f'gpt2_hood_request_seconds_sum{{kind="trace",{of}}}'] > 0
    assert (before["gpt2_hood_rooms"], after["gpt2_hood_rooms"]) == (0, 1)
    assert after["gpt2_hood_models"] == 1
    assert after['gpt2_hood_visitors_refused_total{reason="memory"}'] == 4
    assert after['gpt2_hood_memory_steps_total{step="caches"}'] == 2
    # The first of three tokens comes with the prompt.
    assert grown[f'gpt2_hood_batch_bucket{{le="1",{of}}}'] == 2
    assert grown[f'gpt2_hood_batch_bucket{{le="+Inf",{of}}}'] == 2
    assert grown[f"gpt2_hood_batch_sum{{{of}}}"] == 2
    assert not re.search("secret|4815|Once", " ".join(after))
    with pytest.raises(OSError, match="refused"):
        figures(port)


def test_the_board_shows_figures_that_there_are(storyteller: Engine):
    storyteller.trace("A board")
    there = {
        sample.name
        for metric in Engines(lambda: [storyteller.status()], server()).collect()
        for sample in metric.samples
    }
    board = json.loads((ROOT / "deploy" / "grafana.json").read_text())
    shown = [target["expr"] for panel in board["panels"] for target in panel["targets"]]
    asked = set(re.findall(r"gpt2_hood_\w+", " ".join(shown)))
    assert asked <= there
    # And all that there is can be seen, but for what a histogram says twice.
    assert there - asked <= {"gpt2_hood_batch_count", "gpt2_hood_batch_sum"}


def test_a_refusal_is_counted(tiny_folder):
    from core.model.load import load_model

    engine = Engine(load_model(str(tiny_folder)), queue_limit=1)
    try:
        with pytest.raises(Busy):
            engine._inbox.enter_all([None, None])  # type: ignore[list-item]
        assert engine.status().refused == 1
    finally:
        engine.close()


def test_an_address_that_is_taken_is_said():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            serve_metrics(f"127.0.0.1:{taken.getsockname()[1]}", list, server())


def test_addresses():
    assert address("127.0.0.1:9101") == ("127.0.0.1", 9101)
    assert address("[::1]:9101") == ("::1", 9101)
    for bad in ("9101", "host:", "host:x", "host:0", "host:70000", ":9101"):
        with pytest.raises(ValueError, match="metrics_address"):
            address(bad)


def test_ready_is_whoever_is_awake_and_has_room():
    awake, waiting = [False], [0]
    statuses = lambda: [SimpleNamespace(waiting=waiting[0])]  # noqa: E731
    route = ready(lambda: awake[0], statuses, limit=2)  # type: ignore[arg-type]
    client = TestClient(Starlette(routes=[route]))
    assert (client.get("/ready").status_code, client.get("/ready").text) == (
        503, "the model is waking up",
    )  # fmt: skip
    awake[0] = True
    assert client.get("/ready").text == "ready"
    waiting[0] = 2
    assert (client.get("/ready").status_code, client.get("/ready").text) == (
        503, "the queue is full",
    )  # fmt: skip
    assert client.post("/ready").status_code == 405
