"""What a stream is sent within one turn of the loop leaves in one piece."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.sync.client import connect

from core.host.written import Gathering, write_together
from tests.apart import run_apart

N = 300


class Transport:
    """What was written, piece by piece."""

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        assert not self.closed
        self.pieces.append(data)

    def close(self) -> None:
        self.closed = True

    abort = close

    def is_closing(self) -> bool:
        return self.closed


def in_a_loop(*does: str) -> Transport:
    """A transport after each of `does`: a word to write, ``turn``, ``close`` or ``abort``."""
    transport = Transport()

    async def go() -> None:
        gathering = Gathering(transport, asyncio.get_running_loop())  # type: ignore[arg-type]
        for what in does:
            if what == "turn":
                await asyncio.sleep(0)
            elif what in ("close", "abort"):
                getattr(gathering, what)()
            else:
                gathering.write(what.encode())
        await asyncio.sleep(0)

    run_apart(go())
    return transport


def test_what_is_written_in_one_turn_is_one_piece() -> None:
    assert in_a_loop("a", "b", "c").pieces == [b"abc"]
    assert in_a_loop("a", "turn", "b", "c").pieces == [b"a", b"bc"]
    assert in_a_loop().pieces == []


def test_what_was_said_before_the_end_is_still_heard() -> None:
    transport = in_a_loop("a", "close")
    assert (transport.pieces, transport.closed) == ([b"a"], True)


def test_what_is_torn_off_says_nothing_more() -> None:
    transport = in_a_loop("a", "abort")
    assert (transport.pieces, transport.closed) == ([], True)


async def many(one: WebSocket) -> None:
    """As Streamlit does with a page: one message after the other."""
    await one.accept()
    for number in range(N):
        await one.send_bytes(b"%d" % number)
    await one.close()


@pytest.fixture
def pieces(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[int, list[bytes]]]:
    """A server's port, and what it has written to its streams."""
    written: list[bytes] = []
    let_go = Gathering._let_go

    def counted(self: Gathering) -> None:
        if self._held:
            written.append(b"".join(self._held))
        let_go(self)

    monkeypatch.setattr(Gathering, "_let_go", counted)
    made = WebSocketsSansIOProtocol.connection_made
    monkeypatch.setattr(WebSocketsSansIOProtocol, "connection_made", made)  # put back at the end
    assert write_together() == write_together() == 1
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    app = Starlette(routes=[WebSocketRoute("/", many)])
    server = uvicorn.Server(
        uvicorn.Config(app, port=port, ws="websockets-sansio", log_level="warning")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    yield port, written
    server.should_exit = True
    thread.join()


def test_a_browser_gets_every_message_and_the_network_few_pieces(
    pieces: tuple[int, list[bytes]],
) -> None:
    port, written = pieces
    with connect(f"ws://127.0.0.1:{port}/") as stream, contextlib.suppress(Exception):
        got = [stream.recv() for _number in range(N)]
    assert got == [b"%d" % number for number in range(N)]
    assert 0 < len(written) < N / 20
