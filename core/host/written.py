"""What a stream is sent within one turn of the server's loop leaves in one piece.

uvicorn writes each message of a page to the network by a call of its own. Each call gives Python's
lock up and asks for it again: in a class, where scripts want it too, every message waited for them.
"""

from __future__ import annotations

import asyncio
from functools import wraps
from typing import Any

from core.host.patience import in_use

#: How uvicorn speaks with a stream, by the module: whichever is in use is imported by then. It is
#: not imported here, as another server may serve the app.
_SPEAKERS = {"uvicorn.protocols.websockets.websockets_sansio_impl": "WebSocketsSansIOProtocol"}


class Gathering:
    """A transport that holds back what is written until the loop's next turn."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport, self._loop = transport, loop
        self._held: list[bytes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        if not self._held:
            self._loop.call_soon(self._let_go)
        self._held.append(data)

    def close(self) -> None:
        """What was said before the end is still heard."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        held, self._held = self._held, []
        if held and not self._transport.is_closing():
            self._transport.write(b"".join(held))


def write_together() -> int:
    """Let uvicorn's streams write so; how many kinds of them were found."""
    found = in_use(_SPEAKERS)
    for speaker in found:
        _gather(speaker)
    return len(found)


def _gather(speaker: Any) -> None:
    made = getattr(speaker.connection_made, "__wrapped__", speaker.connection_made)

    @wraps(made)
    def connection_made(self: Any, transport: asyncio.Transport) -> None:
        made(self, transport)
        self.transport = Gathering(transport, self.loop)

    speaker.connection_made = connection_made
