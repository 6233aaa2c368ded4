"""What a stranger may try: each attempt ends by itself and says what became of it.

``python -m benchmarks.attempts NAME HOST:PORT`` makes one; `benchmarks.stranger` makes all.
"""

from __future__ import annotations

import asyncio
import random
import re
import socket
import sys
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from urllib.parse import quote

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import connect as connect_later
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.sync.client import connect

from benchmarks.visitor import Visitor

MB = 10**6
#: Seconds after which an attempt gives up.
PATIENCE = 20.0
Attempt = Callable[[str], str]


def _message(data: bytes | str) -> Attempt:
    """Send one message on a stream; how it is closed, or what the session answers."""

    def attempt(address: str) -> str:
        with _stream(address) as stream:
            try:
                stream.send(data)
                stream.recv(timeout=PATIENCE)
            except ConnectionClosed as closed:
                return f"refused, {closed.rcvd.code if closed.rcvd else 'cut off'}"
            except OSError:
                return "refused, cut off"
        return "answered"

    return attempt


def _stream(address: str):
    return connect(
        f"ws://{address}/_stcore/stream",
        subprotocols=["streamlit"],  # type: ignore[list-item]
        origin=f"http://{address}",  # type: ignore[arg-type]
        max_size=None,
        compression=None,
        ping_interval=None,
        open_timeout=PATIENCE,
        close_timeout=0.5,
    )


def _rerun(**parts: object) -> bytes:
    message = BackMsg()
    for name, value in parts.items():
        setattr(message.rerun_script, name, value)
    return message.SerializeToString()


def _clear(address: str) -> str:
    """Ask for what only a developer's menu has: all caches emptied, the models among them."""
    with _stream(address) as stream:
        stream.send(_rerun())
        for _ in range(20):
            stream.send(BackMsg(clear_cache=True).SerializeToString())
            time.sleep(0.1)
        try:
            with suppress(TimeoutError):
                while True:
                    stream.recv(timeout=0.5)
        except ConnectionClosed:
            return "refused, cut off"
    return "heard, without effect" if _warm(address) else "ANSWERED: the models are gone"


def _warm(address: str) -> bool:
    with urllib.request.urlopen(f"http://{address}/ready", timeout=9) as answer:
        return answer.status == 200


def _raw(request: Callable[[str], bytes]) -> Attempt:
    """Send bytes to the port; the status that comes back."""

    def attempt(address: str) -> str:
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as line:
            with suppress(OSError):  # it may be cut off while we still speak
                line.sendall(request(address))
            try:
                answer = line.recv(200).decode("latin-1")
            except TimeoutError:
                return "NO ANSWER"
            except OSError:
                return "refused, cut off"
        found = re.match(r"HTTP/1.1 (\d+)", answer)
        return f"{'refused' if found and found[1] >= '400' else 'answered'}, " + (
            found[1] if found else "cut off"
        )

    return attempt


def _get(path: str, *headers: str) -> Callable[[str], bytes]:
    def request(address: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", f"Host: {address}", *headers, "Connection: close", "", ""]
        return "\r\n".join(lines).encode("latin-1")

    return request


def _post(address: str) -> bytes:
    head = f"PUT /_stcore/upload_file/a/b HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
    return f"{head}Content-Length: {100 * MB}\r\n\r\n".encode() + bytes(100 * MB)


async def _handshakes(address: str, n: int, hold: float, speak: bool) -> Counter[str]:
    """Open `n` streams as fast as it goes and hold them."""
    gate, seen = asyncio.Semaphore(100), Counter[str]()
    opened = []

    async def one() -> None:
        async with gate:
            try:
                stream = await connect_later(
                    f"ws://{address}/_stcore/stream",
                    subprotocols=["streamlit"],  # type: ignore[list-item]
                    origin=f"http://{address}",  # type: ignore[arg-type]
                    ping_interval=None,
                    open_timeout=PATIENCE,
                )
            except (InvalidStatus, InvalidHandshake) as error:
                status = error.response.status_code if isinstance(error, InvalidStatus) else ""
                seen[f"refused {status}"] += 1
            except OSError:
                seen["cut off"] += 1
            else:
                seen["let in"] += 1
                opened.append(stream)
                if speak:
                    await stream.send(_rerun())

    await asyncio.gather(*(one() for _ in range(n)))
    await asyncio.sleep(hold)
    for stream in opened:
        seen["closed by the server"] += stream.close_code is not None
    await asyncio.gather(*(stream.close() for stream in opened))
    return seen


def _many(n: int, hold: float = 0.0, speak: bool = False) -> Attempt:
    def attempt(address: str) -> str:
        seen = asyncio.run(_handshakes(address, n, hold, speak))
        return ", ".join(f"{count} {what}" for what, count in seen.items() if count)

    return attempt


def _slow(n: int, first: Callable[[str], bytes], seconds: float) -> Attempt:
    """`n` lines on which a byte a second goes out, and nothing is read."""

    def attempt(address: str) -> str:
        host, port = address.split(":")
        lines = [socket.create_connection((host, int(port)), PATIENCE) for _ in range(n)]
        for line in lines:
            line.sendall(first(address))
        end = time.monotonic() + seconds
        cut = 0
        while time.monotonic() < end:
            time.sleep(1.0)
            for line in lines:
                try:
                    line.send(b"x")
                except OSError:
                    cut += 1
        for line in lines:
            line.close()
        return f"{n} held, {min(cut, n)} cut off"

    return attempt


def _half(address: str) -> bytes:
    return f"GET /_stcore/stream HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n".encode()


def _deaf(address: str) -> str:
    """Ask for the whole of a large page again and again and read nothing of it."""
    with _stream(address) as stream:
        stream.recv_bufsize = 1
        line: socket.socket = stream.socket
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        for _ in range(20):
            try:
                stream.send(_rerun(query_string="prompt=" + "a+b+" * 100, page_name="attention"))
            except (ConnectionClosed, OSError):
                return "refused, cut off"
            time.sleep(0.2)
    return "answered"


def _liar(address: str) -> str:
    """Come from two hundred addresses, as the headers say; opens pages, and then streams."""
    held, refused = [], 0
    try:
        for number in range(200):
            told = {"X-Forwarded-For": f"10.{number}.0.1", "X-Real-IP": f"10.{number}.0.1"}
            try:
                held.append(
                    connect(
                        f"ws://{address}/_stcore/stream",
                        subprotocols=["streamlit"],  # type: ignore[list-item]
                        origin=f"http://{address}",  # type: ignore[arg-type]
                        additional_headers=told,
                        ping_interval=None,
                    )
                )
            except (InvalidHandshake, OSError):
                refused += 1
    finally:
        for stream in held:
            stream.close()
    return f"{len(held)} let in, {refused} refused"


PATHS = (
    "/../../etc/passwd", "/static/../../../etc/passwd", "/static/%2e%2e/%2e%2e/etc/passwd",
    "/static/..%2f..%2fetc%2fpasswd", "/static/..%5c..%5cetc", "/static/%00", "//etc/passwd",
    "/media/../../etc/passwd", "/component/../../etc/passwd", "/component/x/../../../etc/passwd",
    "/_stcore/bidi-components/../../../../etc/passwd", "/_stcore/component/..%2f..%2fetc/passwd",
    "/app/static/../../../etc/passwd", "/app/static/%2e%2e/app.py", "/static/" + "a" * 5_000,
    "/room/../../x/state", "/room/%2e%2e/state", "/\\..\\..\\etc\\passwd",
)  # fmt: skip


def _paths(address: str) -> str:
    leaked, errors = 0, 0
    for path in PATHS:
        host, port = address.split(":")
        with socket.create_connection((host, int(port)), PATIENCE) as line:
            line.sendall(_get(path)(address))
            answer = b""
            while part := line.recv(65_536):
                answer += part
        leaked += b"root:" in answer or b"def session" in answer
        errors += answer.startswith(b"HTTP/1.1 5")
    return f"{len(PATHS)} tried, {leaked} led out, {errors} failed"


def _page(page: str, **query: str) -> Attempt:
    """Open a page by its address; whether it answers, and its errors."""

    def attempt(address: str) -> str:
        visitor = Visitor(address)
        try:
            visitor.open(page, query, patience=PATIENCE)
            errors = visitor.errors()
        except (ConnectionClosed, OSError) as error:
            return f"refused, {type(error).__name__}"
        finally:
            with suppress(Exception):
                visitor.close()
        return f"FAILED, {errors[0][:80]}" if errors else "answered"

    return attempt


def _wide(address: str) -> str:
    """The same by HTTP, as a link is opened."""
    try:
        with urllib.request.urlopen(f"http://{address}/?prompt={quote('é' * 8_000)}", timeout=9):
            return "answered"
    except urllib.error.HTTPError as error:
        return f"refused, {error.code}"


def attempts() -> dict[str, Attempt]:
    """All of them, by name."""
    noise = random.Random(0).randbytes
    return {
        "a message of 100 MB": _message(bytes(100 * MB)),
        "a message of 20 MB": _message(_rerun(query_string="a" * 20 * MB)),
        "a message of noise": _message(noise(10_000)),
        "a message of text": _message("hello"),
        "a query of 1 MB in a message": _message(_rerun(query_string="prompt=" + "a" * MB)),
        "20 messages that clear all caches": _clear,
        "an address of 1 MB": _raw(_get("/" + "a" * MB)),
        "a query of 1 MB": _raw(_get("/?prompt=" + "a" * MB)),
        "a query of 48 kB": _wide,
        "a header of 1 MB": _raw(_get("/", "X-A: " + "a" * MB)),
        "20,000 headers": _raw(_get("/", *(f"X-{n}: a" for n in range(20_000)))),
        "a body of 100 MB": _raw(_post),
        "18 paths that lead out": _paths,
        "a pattern that hangs": _page("tokenizer", tok_by="regex", tok_find="(a+)+$" * 20),
        "a pattern of 1,000 digits": _page("tokenizer", tok_by="regex", tok_find="(a{1000}){1000}"),
        "headers that lie: 200 clients": _liar,
        "2,000 handshakes": _many(2_000),
        "200 sessions that never speak": _many(200, hold=8.0),
        "200 half handshakes": _slow(200, _half, 8.0),
        "200 slow requests": _slow(200, lambda _a: b"GET / HTTP/1.1\r\nX-A: ", 8.0),
        "1,500 connections that say nothing": _slow(1_500, lambda _a: b"", 4.0),
        "a client that reads nothing": _deaf,
    }


if __name__ == "__main__":
    chosen, at = sys.argv[1:]
    begin = time.monotonic()
    became = attempts()[chosen](at)
    print(f"{became}\t{time.monotonic() - begin:.2f}")
