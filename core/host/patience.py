"""An end for connections on which a request begins and never comes to be whole.

uvicorn waits for ever for the rest of a request's head: who sends a byte a second, or nothing,
keeps a connection. A proxy in front has a limit for that; without one, this is it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from functools import wraps
from typing import Any
from weakref import WeakKeyDictionary

#: Seconds for the head of a request, from the first moment of a connection or its first byte.
HEAD = 20.0
#: How uvicorn reads HTTP, by the module: whichever is in use is imported by then. It is not
#: imported here, as another server may serve the app.
_READERS = {
    "uvicorn.protocols.http.httptools_impl": "HttpToolsProtocol",
    "uvicorn.protocols.http.h11_impl": "H11Protocol",
}


def bound_heads(seconds: float = HEAD) -> int:
    """Give uvicorn's connections this patience; how many kinds of reader were found."""
    found = readers()
    for reader in found:
        _bound(reader, seconds)
    return len(found)


def readers() -> list[Any]:
    """The classes by which uvicorn reads HTTP in this process."""
    return in_use(_READERS)


def in_use(classes: Mapping[str, str]) -> list[Any]:
    """Those of some classes, by their modules, whose module this process has imported."""
    return [
        getattr(sys.modules[module], name)
        for module, name in classes.items()
        if module in sys.modules
    ]


def _bound(reader: Any, seconds: float) -> None:
    # What uvicorn has is kept: this may be called again, with another patience.
    made = getattr(reader.connection_made, "__wrapped__", reader.connection_made)
    received = getattr(reader.data_received, "__wrapped__", reader.data_received)
    timers: WeakKeyDictionary[Any, asyncio.TimerHandle] = WeakKeyDictionary()

    def watch(connection: Any) -> None:
        if not _waits(connection):
            if timer := timers.pop(connection, None):
                timer.cancel()
        elif connection not in timers:
            timers[connection] = connection.loop.call_later(seconds, end, connection)

    def end(connection: Any) -> None:
        timers.pop(connection, None)
        # A stream goes on with another reader.
        if _waits(connection) and connection.transport.get_protocol() is connection:
            connection.transport.close()

    @wraps(made)
    def connection_made(self: Any, transport: asyncio.BaseTransport) -> None:
        made(self, transport)
        watch(self)

    @wraps(received)
    def data_received(self: Any, data: bytes) -> None:
        received(self, data)
        watch(self)

    reader.connection_made, reader.data_received = connection_made, data_received


def _waits(connection: Any) -> bool:
    """Whether no request is being answered."""
    return connection.cycle is None or connection.cycle.response_complete
