"""Streams that have no place are refused before uvicorn makes anything of them.

Who opens streams by the thousand costs the server's one loop a stream each, with all that uvicorn
and the middleware prepare for it, only to be told no: two and a half times what a refusal costs
that is written as soon as the head of the request is read. The middleware still refuses whatever
comes another way: through a proxy, or where another server than uvicorn serves the app.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import wraps
from typing import Any

from starlette.types import Scope

from core.host.patience import readers

#: Where a server's state names who decides; the state goes from the app's start to every request.
DOOR = "gpt2_hood.door"
#: From a request and its path: seconds until a stream is told that it has no place; None if it
#: may go on.
Door = Callable[[Scope, str], float | None]
#: As uvicorn says it of a stream that an app refuses.
_REFUSED = b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


def refuse_early() -> int:
    """Let uvicorn's connections ask at the door; how many kinds of reader were found."""
    found = readers()
    for reader in found:
        _ask_first(reader)
    return len(found)


def _ask_first(reader: Any) -> None:
    goes_on = getattr(
        reader.handle_websocket_upgrade, "__wrapped__", reader.handle_websocket_upgrade
    )

    @wraps(goes_on)
    def handle_websocket_upgrade(self: Any, *request: Any) -> None:
        door: Door | None = self.app_state.get(DOOR)
        seconds = door(self.scope, _path(self)) if door and _came_straight(self.scope) else None
        if seconds is None:
            goes_on(self, *request)
        else:
            self.loop.call_later(seconds, _refuse, self.transport)

    reader.handle_websocket_upgrade = handle_websocket_upgrade


def _path(connection: Any) -> str:
    """The path that a connection asks for; httptools' reader has not taken it apart yet."""
    if "path" in connection.scope:
        return connection.scope["path"]
    return connection.url.partition(b"?")[0].decode("latin-1")


def _came_straight(scope: Scope) -> bool:
    """Whether no proxy may stand between, which alone would know who the client is."""
    return all(name != b"x-forwarded-for" for name, _value in scope["headers"])


def _refuse(transport: asyncio.Transport) -> None:
    if not transport.is_closing():
        transport.write(_REFUSED)
        transport.close()
