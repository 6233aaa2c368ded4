"""What is said on a session's stream: something, and only what a page of ours asks for.

Streamlit's protocol also knows messages of a developer at work. One of them, ``clear_cache``,
would take the models away from all sessions; others write files or ask git. The front end of this
app offers none of them, so none is let through. Nor is anything uploaded: no page asks for a file,
and Streamlit would keep in memory what a stranger sends.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.host.places import STREAM

#: Seconds for a first word. A browser asks for its page as soon as the stream is open; only one
#: that comes back to a session it had, after a sleep, has nothing to ask.
FIRST_WORD, COME_BACK = 30.0, 600.0
#: What a stream is closed with: nothing was said; text, not bytes; bytes that are no message.
SILENT, NO_BYTES, NO_MESSAGE = 1008, 1003, 1002
#: What a page asks for, by the names of Streamlit's protocol.
ASKED = {
    "rerun_script", "stop_script", "app_heartbeat",
    "backend_operation_request.deferred_file", "backend_operation_request.dataframe_chunk",
}  # fmt: skip
#: Where Streamlit takes files.
UPLOAD = "/_stcore/upload_file/"
#: The name of what a message asks for; None for bytes that are no message.
Kind = Callable[[bytes], str | None]


class Spoken:
    """Middleware: closes streams on which nothing is said, or what is no message."""

    def __init__(
        self, app: ASGIApp, kind: Kind, first_word: float = FIRST_WORD, come_back: float = COME_BACK
    ) -> None:
        self.app, self.kind, self.first_word, self.come_back = app, kind, first_word, come_back

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and scope["path"].endswith(STREAM):
            patience = self.come_back if _comes_back(scope) else self.first_word
            receive = _Heard(receive, send, self.kind, patience).hear
        elif scope["type"] == "http" and UPLOAD in scope["path"]:
            await PlainTextResponse("nothing is uploaded here", 404)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class _Heard:
    """What comes from one stream."""

    def __init__(self, receive: Receive, send: Send, kind: Kind, patience: float) -> None:
        self.receive, self.send, self.kind, self.patience = receive, send, kind, patience
        self.spoke = False

    async def hear(self) -> Message:
        """The next message that is one of a page's."""
        while True:
            try:
                async with asyncio.timeout(None if self.spoke else self.patience):
                    message = await self.receive()
            except TimeoutError:
                return await self._end(SILENT)
            if message["type"] != "websocket.receive":
                return message
            if (said := message.get("bytes")) is None:
                return await self._end(NO_BYTES)
            if (kind := self.kind(said)) is None:
                return await self._end(NO_MESSAGE)
            self.spoke = True
            if kind in ASKED:
                return message

    async def _end(self, code: int) -> Message:
        """Close the stream; the app is told as if the other side had gone."""
        await self.send({"type": "websocket.close", "code": code})
        return {"type": "websocket.disconnect", "code": code}


def _comes_back(scope: Scope) -> bool:
    """Whether the browser names a session that it had: the third of its subprotocols."""
    named = Headers(scope=scope).get("sec-websocket-protocol", "").split(",")
    return len(named) > 2 and bool(named[2].strip())
