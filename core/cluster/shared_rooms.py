"""Rooms that several servers share: asked for by their verbs, held in one place of the cluster."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import Context
from typing import Any

from core.cluster.errors import ClusterLost, OtherVersion
from core.cluster.messages import Answer, Asked, language_now, opened, packed, raised
from core.language import _, current_language
from core.room import LocalRooms, RoomError, Rooms

#: What rooms can be asked.
VERBS = frozenset(name for name in vars(Rooms) if not name.startswith("_"))


class RoomsServant:
    """The rooms themselves, where they are held."""

    def __init__(self, rooms: LocalRooms, code: str) -> None:
        self._rooms, self._code = rooms, code

    def answer(self, asked: Asked) -> Answer:
        """A result or what was raised; never raises."""
        return Context().run(self._answer, asked)

    def _answer(self, asked: Asked) -> Answer:
        current_language.set(asked.language)
        try:
            if asked.code != self._code:
                raise OtherVersion.of(self._code, asked.code)
            args, named = opened(asked.payload, _no_trace)
            return Answer(getattr(self._rooms, asked.verb)(*args, **named))
        except Exception as error:
            return raised(error)


def _no_trace(_ids: tuple[int, ...]) -> Any:
    raise ValueError("rooms hold no traces")


class SharedRooms:
    """`core.room.Rooms` that are elsewhere.

    Parameters
    ----------
    ask : brings a question to the servant; raises ClusterLost
    code : the version of the code that runs here
    """

    def __init__(self, ask: Callable[[Asked], Answer], code: str) -> None:
        self._ask, self._code = ask, code

    def count(self) -> int:
        """Rooms that are open, for the host's figures; none where nobody can tell."""
        try:
            return self._asked("count")
        except RoomError:
            return 0

    def __getattr__(self, verb: str) -> Callable[..., Any]:
        if verb not in VERBS:
            raise AttributeError(verb)
        return lambda *args, **named: self._asked(verb, *args, **named)

    def _asked(self, verb: str, *args: Any, **named: Any) -> Any:
        asked = Asked(self._code, "", language_now(), verb, packed(args, named))
        try:
            return self._ask(asked).opened()
        except (ClusterLost, OtherVersion) as error:
            # Whoever draws a room knows what to do with what goes wrong about a room.
            said = _("The rooms cannot be reached now.")
            cure = error.cure if isinstance(error, OtherVersion) else _("Wait a moment.")
            raise RoomError(said, cure) from error
