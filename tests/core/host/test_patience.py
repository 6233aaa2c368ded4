"""Connections on which a request begins and never comes to be whole."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket
from websockets.sync.client import connect

from core.host.patience import HEAD, bound_heads

PATIENCE = 0.4


async def slow(_request) -> PlainTextResponse:
    await asyncio.sleep(3 * PATIENCE)
    return PlainTextResponse("at last")


async def stream(one: WebSocket) -> None:
    await one.accept()
    async for text in one.iter_text():
        await one.send_text(text)


@pytest.fixture(scope="module", params=["h11", "httptools"])
def port(request: pytest.FixtureRequest) -> Iterator[int]:
    """A server of uvicorn's with little patience."""
    app = Starlette(routes=[Route("/slow", slow), WebSocketRoute("/stream", stream)])
    config = uvicorn.Config(
        app, port=0, http=request.param, ws="websockets-sansio", log_level="warning",
        timeout_keep_alive=30,
    )  # fmt: skip
    config.load()
    assert bound_heads(PATIENCE) >= 1
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    try:
        yield server.servers[0].sockets[0].getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        bound_heads(HEAD)


def ends(line: socket.socket) -> bool:
    """Whether the other side has closed a connection, or does within four times its patience."""
    line.settimeout(4 * PATIENCE)
    try:
        return line.recv(100) == b""
    except TimeoutError:
        return False
    except OSError:
        return True


@pytest.fixture
def line(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), 5) as made:
        yield made


def test_who_says_nothing_is_sent_away(line: socket.socket):
    assert ends(line)


@pytest.mark.parametrize("upgrade", ["", "Upgrade: websocket\r\nConnection: Upgrade\r\n"])
def test_who_never_ends_a_head_is_sent_away_whatever_comes_of_it(line: socket.socket, upgrade: str):
    line.sendall(f"GET /stream HTTP/1.1\r\nHost: x\r\n{upgrade}X-A: ".encode())
    begun = time.monotonic()
    try:
        while time.monotonic() < begun + 8 * PATIENCE:
            line.sendall(b"x")
            time.sleep(PATIENCE / 8)
    except OSError:
        pass
    assert PATIENCE * 0.9 < time.monotonic() - begun < 5 * PATIENCE


def test_who_waits_for_a_slow_answer_gets_it_and_the_next_one(line: socket.socket):
    line.settimeout(20 * PATIENCE)
    for _time in range(2):
        line.sendall(b"GET /slow HTTP/1.1\r\nHost: x\r\n\r\n")
        answer = b""
        while b"at last" not in answer:
            part = line.recv(1000)
            assert part
            answer += part
    line.sendall(b"GET /slow HTTP/1.1\r\n")  # a second head on the same connection, half of it
    assert ends(line)


def test_a_stream_lasts(port: int):
    with connect(f"ws://127.0.0.1:{port}/stream") as one:
        time.sleep(3 * PATIENCE)
        one.send("still")
        assert one.recv() == "still"
