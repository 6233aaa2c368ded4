"""Streams without a place are refused before anything is made of them."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from core.host.early import refuse_early
from core.host.places import STREAM, Places


class Counted(WebSocketsSansIOProtocol):
    """What uvicorn makes of a stream, counted."""

    made = 0

    def __init__(self, *args, **kwargs) -> None:
        type(self).made += 1
        super().__init__(*args, **kwargs)


@dataclass
class Served:
    """A server with one place."""

    port: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def come(self, **more) -> ClientConnection:
        return connect(f"ws://127.0.0.1:{self.port}{STREAM}", **more)

    def turned_away(self, **more) -> int:
        """The status that a refused stream gets."""
        with pytest.raises(InvalidStatus) as error:
            self.come(**more)
        return error.value.response.status_code


async def stream(one: WebSocket) -> None:
    await one.accept()
    async for text in one.iter_text():
        await one.send_text(text)


@pytest.fixture(params=["h11", "httptools"])
def served(request: pytest.FixtureRequest) -> Iterator[Served]:
    made = Served()
    guard = Middleware(
        Places, most=1, of_one=1, a_minute=6, base="", tight=lambda: False, refused=made.refused
    )
    app = Starlette(routes=[WebSocketRoute(STREAM, stream)], middleware=[guard])
    config = uvicorn.Config(app, port=0, http=request.param, ws=Counted, log_level="warning")
    config.load()
    assert refuse_early() >= 1
    assert refuse_early() >= 1  # again does nothing more
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    made.port = server.servers[0].sockets[0].getsockname()[1]
    Counted.made = 0
    try:
        yield made
    finally:
        server.should_exit = True
        thread.join()


def test_without_a_place_nothing_is_made_of_a_stream(served: Served):
    with served.come() as one:
        assert served.turned_away() == 403
        assert (Counted.made, served.refused) == (1, {"places": 1})
        one.send("still")
        assert one.recv() == "still"
    time.sleep(0.1)  # until the server has seen that it left
    with served.come() as other:
        other.send("in")
        assert other.recv() == "in"


def test_who_comes_too_often_is_refused_early_too(served: Served):
    for _time in range(6):
        with contextlib.suppress(InvalidStatus), served.come():
            pass
        time.sleep(0.05)
    made = Counted.made
    assert served.turned_away() == 403
    assert Counted.made == made
    assert served.refused["often"] >= 1


def test_behind_a_proxy_the_middleware_decides_which_knows_who_the_client_is(served: Served):
    with served.come():
        assert served.turned_away(additional_headers={"X-Forwarded-For": "10.0.0.9"}) == 403
        assert Counted.made == 2
        assert served.refused == {"places": 1}


def test_who_leaves_before_the_answer_harms_nothing(served: Served):
    head = (
        f"GET {STREAM} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    ).encode()
    with served.come() as one:
        for more in (b"", b"more than was asked for", b"\x00" * 1_000):
            with socket.create_connection(("127.0.0.1", served.port), 5) as line:
                line.sendall(head + more)
        assert served.turned_away() == 403
        one.send("still")
        assert one.recv() == "still"
