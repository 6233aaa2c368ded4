"""The rooms of this server: its own, or those that it shares with others."""

from __future__ import annotations

import threading
import time
from typing import Any, cast

from starlette.routing import Route

from core.errors import LearnerError
from core.room.rooms import LocalRooms, Rooms
from core.room.routes import routes


class _Here:
    """Passes everything on to the rooms that were chosen when the server started."""

    def __init__(self, rooms: Rooms) -> None:
        self.chosen = rooms

    def __getattr__(self, verb: str) -> Any:
        return getattr(self.chosen, verb)


_here = _Here(LocalRooms(time.monotonic))
#: Made with the module, once a process: no menu of the app clears it.
ROOMS: Rooms = cast(Rooms, _here)
_served = threading.Event()


def share(rooms: Rooms) -> None:
    """Take rooms that other servers have too for those of this one."""
    _here.chosen = rooms


def first() -> list[str]:
    """Open a server's first room; its links, for the learners and for whoever leads it."""
    try:
        code, key = ROOMS.open()
    except LearnerError as error:
        return [f"No room was opened: {error.problem}"]
    return [
        f"A room is open: {code}. Learners come in at /room?room={code}.",
        f"Who opens /room?room={code}&lead={key} leads it: show that to nobody.",
    ]


def serve() -> list[Route]:
    """The routes of these rooms, for the server that is being made."""
    _served.set()
    return routes(ROOMS, time.monotonic)


def is_served() -> bool:
    """Whether browsers can ask for a room's state themselves.

    A host that runs app.py as a mere script serves no routes of ours.
    """
    return _served.is_set()
