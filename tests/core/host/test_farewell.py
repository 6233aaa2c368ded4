"""What sessions hear when their server is told to stop."""

from __future__ import annotations

import asyncio
import os
import signal

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from core import private
from core.host.farewell import Farewell, Streams, on_stop
from tests.apart import run_apart

PATH = "/hood/_stcore/stream"


def stream(streams: Streams, language: str, sent: list, over: asyncio.Event, *, breaks=False):
    """One open stream, until `over`."""

    async def send(message) -> None:
        if breaks and message.get("bytes", b"a page") != b"a page":
            raise RuntimeError("gone")
        sent.append(message)

    async def app(_scope, _receive, send) -> None:
        await send({"type": "websocket.accept"})
        await send({"type": "websocket.send", "bytes": b"a page"})
        await over.wait()
        await send({"type": "websocket.send", "bytes": b"another, which would wipe the word"})

    headers = [(b"accept-language", language.encode())]
    scope = {"type": "websocket", "path": PATH, "headers": headers}
    return asyncio.create_task(Farewell(app, streams)(scope, None, send))  # type: ignore[arg-type]


def body(message: dict) -> str:
    return ForwardMsg.FromString(message["bytes"]).delta.new_element.toast.body


def test_everybody_is_told_in_a_language_of_theirs_and_who_has_gone_keeps_nobody_waiting():
    async def run() -> tuple[list, list, int, int]:
        streams, over = Streams(), asyncio.Event()
        english, italian, gone = [], [], []
        made = [
            stream(streams, "de,en", english, over),
            stream(streams, "fr", gone, over, breaks=True),
            stream(streams, "it-IT,it;q=0.9", italian, over),
        ]
        await asyncio.sleep(0)
        told = await streams.tell(private.toast)
        over.set()
        await asyncio.gather(*made)
        return english, italian, told, await streams.tell(private.toast)

    english, italian, told, later = run_apart(run())
    assert (told, later) == (2, 0)
    assert [len(english), len(italian)] == [3, 3], "accepted, a page, the word, and nothing more"
    assert "goes on by itself" in body(english[-1])
    assert "riavvia" in body(italian[-1])


def test_a_toast_is_of_the_kind_that_stays():
    message = ForwardMsg.FromString(private.toast("a"))
    assert message.WhichOneof("type") == "delta"
    assert message.delta.new_element.toast.HasField("duration")
    assert message.delta.new_element.toast.duration == 0


def test_the_word_comes_before_the_end_and_the_old_way_is_put_back():
    heard: list[str] = []
    stopped = lambda *_args: heard.append("stop")  # noqa: E731
    kept = signal.signal(signal.SIGTERM, stopped)

    async def say() -> None:
        heard.append("word")

    async def run() -> None:
        undo = on_stop(say)
        os.kill(os.getpid(), signal.SIGTERM)
        end = asyncio.get_running_loop().time() + 5
        while "stop" not in heard and asyncio.get_running_loop().time() < end:
            await asyncio.sleep(0.02)
        undo()

    try:
        run_apart(run())
        assert heard == ["word", "stop"]
        assert signal.getsignal(signal.SIGTERM) is stopped
    finally:
        signal.signal(signal.SIGTERM, kept)
