"""The rooms of this server. A store that several servers share would be named here instead."""

from __future__ import annotations

import threading
import time

from starlette.routing import Route

from core.room.rooms import LocalRooms, Rooms
from core.room.routes import routes

#: Made with the module, once a process: no menu of the app clears it.
ROOMS: Rooms = LocalRooms(time.monotonic)
_served = threading.Event()


def serve() -> list[Route]:
    """The routes of these rooms, for the server that is being made."""
    _served.set()
    return routes(ROOMS, time.monotonic)


def is_served() -> bool:
    """Whether browsers can ask for a room's state themselves.

    A host that runs app.py as a mere script serves no routes of ours.
    """
    return _served.is_set()
