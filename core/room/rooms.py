"""All rooms of a server. `Rooms` is what the app needs of them, `LocalRooms` this process's own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from core.language import current_language
from core.limiter import Clock
from core.room import state
from core.room.errors import NoPlace, NoSuchRoom, NotYours
from core.room.hunt import Head
from core.room.limits import DESERTED, LIFETIME, ROOMS
from core.room.names import as_code, drawn, new_code
from core.room.phases import Phase
from core.room.questions import Question
from core.room.results import Result, results
from core.room.room import Room

State = dict[str, Any]


class Rooms(Protocol):
    """Rooms by code. Everything goes in and comes out as plain data, so that a store that several
    servers share can take the place of `LocalRooms`. `secret` is a member's, `key` a teacher's.
    """

    def open(self) -> tuple[str, str]: ...
    def is_open(self, code: str) -> bool: ...
    def count(self) -> int: ...
    def role(self, code: str, secret: str) -> str: ...
    def join(self, code: str, secret: str | None = None) -> tuple[str, str]: ...
    def state(self, code: str, secret: str, seen: int = -1) -> State: ...
    def vote(self, code: str, secret: str, number: int, raw: object) -> None: ...
    def head_of(self, code: str, secret: str) -> Head | None: ...
    def report(self, code: str, secret: str, head: Head, bits: float) -> None: ...
    def ask(self, code: str, key: str, question: Question) -> int: ...
    def go_on(self, code: str, key: str, number: int, to: Phase | None = None) -> None: ...
    def show(self, code: str, key: str, texts: Sequence[str]) -> None: ...
    def clear(self, code: str, key: str) -> None: ...
    def lead(self, code: str, key: str, place: str, on: bool = True) -> None: ...
    def keep(self, code: str, key: str, text: str) -> None: ...
    def text(self, code: str) -> str: ...
    def fix(self, code: str, key: str, on: bool) -> None: ...
    def is_fixed(self, code: str) -> bool: ...
    def name_scores(self, code: str, key: str, on: bool) -> None: ...
    def begin_hunt(
        self, code: str, key: str, prompt: str, model: str, heads: Sequence[Head]
    ) -> None: ...
    def results(self, code: str, key: str) -> list[Result]: ...
    def end(self, code: str, key: str) -> None: ...


class LocalRooms:
    """The rooms of one process, in its memory only.

    Parameters
    ----------
    clock : seconds, monotonic
    """

    def __init__(self, clock: Clock, code: Callable[[], str] = new_code) -> None:
        self.clock, self._code = clock, code
        self._rooms: dict[str, Room] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        with self._lock:
            self._let_go()
            return len(self._rooms)

    def count(self) -> int:
        """Rooms that are open."""
        return len(self)

    def open(self) -> tuple[str, str]:
        """A new room: its code and its teacher's key.

        Raises
        ------
        NoPlace
            If all rooms are in use.
        """
        with self._lock:
            self._let_go()
            if len(self._rooms) >= ROOMS:
                self._make_way()
            code = self._code()
            while code in self._rooms:
                code = self._code()
            room = self._rooms[code] = Room(code, self.clock, drawn())
            return code, room.key

    def is_open(self, code: str) -> bool:
        with self._lock:
            self._let_go()
            return as_code(code) in self._rooms

    def role(self, code: str, secret: str) -> str:
        """ "teacher", "learner" or, for a stranger or a room that is not there, ""."""
        try:
            room = self._room(code)
        except NoSuchRoom:
            return ""
        if room.teaches(secret):
            return "teacher"
        return "learner" if secret in room.people.members else ""

    def join(self, code: str, secret: str | None = None) -> tuple[str, str]:
        return self._room(code).join(secret)

    def state(self, code: str, secret: str, seen: int = -1) -> State:
        """A room as the owner of a secret sees it; the counts alone if `seen` is its version.

        Raises
        ------
        NoSuchRoom, NotYours
        """
        room = self._room(code)
        with room.lock:
            room.looked_at = self.clock()
            teacher = room.teaches(secret)
            if not teacher:
                room.people.see(secret)
            found: State = {"version": room.version, **state.counts(room)}
            if not teacher:
                found["mine"] = state.mine(room, secret)  # it may have been given in another tab
            if seen == room.version:
                return found
            own = state.of_teacher(room) if teacher else state.of_member(room, secret)
            return self._common(room) | found | own

    def _common(self, room: Room) -> State:
        """What is the same for all is put together once a version and language."""
        stamp = (room.version, current_language.get())
        if room.seen is None or room.seen[0] != stamp:
            room.seen = (stamp, state.common(room))
        return room.seen[1]

    def vote(self, code: str, secret: str, number: int, raw: object) -> None:
        self._room(code).vote(secret, number, raw)

    def head_of(self, code: str, secret: str) -> Head | None:
        return self._room(code).head_of(secret)

    def report(self, code: str, secret: str, head: Head, bits: float) -> None:
        self._room(code).report(secret, head, bits)

    def ask(self, code: str, key: str, question: Question) -> int:
        return self._room(code).ask(key, question)

    def go_on(self, code: str, key: str, number: int, to: Phase | None = None) -> None:
        self._room(code).go_on(key, number, to=to)

    def show(self, code: str, key: str, texts: Sequence[str]) -> None:
        self._room(code).show(key, texts)

    def clear(self, code: str, key: str) -> None:
        self._room(code).clear(key)

    def lead(self, code: str, key: str, place: str, on: bool = True) -> None:
        self._room(code).lead(key, place, on=on)

    def keep(self, code: str, key: str, text: str) -> None:
        """The teacher's prompt where an address cannot hold it; "" where it can."""
        self._room(code).keep(key, text)

    def text(self, code: str) -> str:
        """The prompt that goes with the place to which a teacher leads; "" if none does."""
        return self._room(code).text

    def fix(self, code: str, key: str, on: bool) -> None:
        self._room(code).fix(key, on)

    def is_fixed(self, code: str) -> bool:
        """Whether the teacher has locked prompt and model."""
        return self._room(code).fixed

    def name_scores(self, code: str, key: str, on: bool) -> None:
        self._room(code).name_scores(key, on)

    def begin_hunt(
        self, code: str, key: str, prompt: str, model: str, heads: Sequence[Head]
    ) -> None:
        self._room(code).begin_hunt(key, prompt, model, heads)

    def results(self, code: str, key: str) -> list[Result]:
        """What was asked and answered so far, for the hand-out."""
        room = self._room(code)
        room.check(key)
        with room.lock:
            return results(room.held())

    def end(self, code: str, key: str) -> None:
        """Forget a room and all that was said in it."""
        room = self._room(code)
        if not room.teaches(key):
            raise NotYours()
        with self._lock:
            self._rooms.pop(room.code, None)

    def _room(self, code: str) -> Room:
        with self._lock:
            self._let_go()
            found = self._rooms.get(as_code(code))
        if found is None:
            raise NoSuchRoom(code)
        return found

    def _let_go(self) -> None:
        """Forget the rooms whose time is over; the oldest come first."""
        for code, room in [*self._rooms.items()]:
            if self.clock() - room.opened < LIFETIME:
                break
            del self._rooms[code]

    def _make_way(self) -> None:
        idle = min(self._rooms.values(), key=lambda room: room.looked_at)
        if self.clock() - idle.looked_at < DESERTED:
            raise NoPlace.for_rooms()
        del self._rooms[idle.code]
