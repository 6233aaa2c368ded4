"""A server that is told to stop says so to its sessions, before their streams are closed."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import Any

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.host.places import STREAM
from core.language import SOURCE_LANGUAGE, _, match, set_language

#: Seconds between the word and the end: a sentence is with everybody by then, and of the ten that a
#: host gives, all but a little is left.
A_MOMENT = 0.5


class Streams:
    """The streams that are open, and the language of whoever looks at each.

    Attributes
    ----------
    over : whether the last word was said: a run that still ends would wipe it from its page
    """

    def __init__(self) -> None:
        self.over = False
        self._open: dict[int, tuple[Send, str]] = {}

    def add(self, scope: Scope, send: Send) -> Callable[[], None]:
        """Remember a stream; returns what forgets it."""
        asked = Headers(scope=scope).get("accept-language", "")
        language = match(asked.split(",")[0].split(";")[0].strip()) or SOURCE_LANGUAGE
        self._open[id(scope)] = (send, language)
        return lambda: self._open.pop(id(scope), None) and None

    async def tell(self, message: Callable[[str], bytes]) -> int:
        """Say to all that the server stops; to how many.

        Parameters
        ----------
        message : a sentence as the front end reads it
        """
        told, self.over = 0, True
        for send, language in [*self._open.values()]:
            set_language(language)
            with suppress(Exception):  # who has just left needs no word
                await send({"type": "websocket.send", "bytes": message(_words())})
                told += 1
        return told


class Farewell:
    """Middleware: keeps the streams that are open."""

    def __init__(self, app: ASGIApp, streams: Streams) -> None:
        self.app, self.streams = app, streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket" or not scope["path"].endswith(STREAM):
            await self.app(scope, receive, send)
            return
        forget: list[Callable[[], None]] = []

        async def noticed(message: Message) -> None:
            if self.streams.over and message["type"] == "websocket.send":
                return
            await send(message)
            if message["type"] == "websocket.accept":
                forget.append(self.streams.add(scope, send))

        try:
            await self.app(scope, receive, noticed)
        finally:
            for each in forget:
                each()


def on_stop(word: Callable[[], Any]) -> Callable[[], None]:
    """Have something said when the server is told to stop, a moment before it does.

    Call it in the server's loop, once the server listens to signals itself; does nothing where
    another thread than the first one runs it. Returns what undoes it.

    Parameters
    ----------
    word : a coroutine function
    """
    if threading.current_thread() is not threading.main_thread():
        return lambda: None
    loop, before = asyncio.get_running_loop(), signal.getsignal(signal.SIGTERM)
    said: set[asyncio.Task] = set()  # a task that nobody holds may go

    def say() -> None:
        said.add(loop.create_task(word()))

    def stop(number: int, frame: FrameType | None) -> None:
        loop.call_soon_threadsafe(say)
        if callable(before):
            loop.call_soon_threadsafe(loop.call_later, A_MOMENT, before, number, frame)

    if not callable(before):  # nobody listens: the system ends the process at once
        return lambda: None
    signal.signal(signal.SIGTERM, stop)
    return lambda: signal.signal(signal.SIGTERM, before) and None


def _words() -> str:
    return _(
        "This server is being stopped or restarted. As soon as it is back, this page goes on by "
        "itself with your text; there is nothing to press."
    )
