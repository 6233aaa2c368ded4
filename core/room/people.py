"""Who is in a room: drawn names, secrets, and who has looked lately."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from core.limiter import Clock
from core.room.errors import NoPlace, NotYours
from core.room.limits import AWAY, MEMBERS
from core.room.names import new_secret


@dataclass
class Member:
    """A learner: the name that others see, and when they were seen last."""

    name: str
    seen: float


class People:
    """The members of a room by their secrets. Not locked: the room does that."""

    def __init__(self, clock: Clock, names: list[str]) -> None:
        self.clock, self._names = clock, iter(names)
        self.members: dict[str, Member] = {}

    def join(self, secret: str | None) -> tuple[str, bool]:
        """A member's secret, the one they came with if it is known; and whether they are new.

        Raises
        ------
        NoPlace
            If the room is full.
        """
        if secret in self.members and secret is not None:
            self.members[secret].seen = self.clock()
            return secret, False
        if len(self.members) >= MEMBERS:
            raise NoPlace.in_room()
        made = new_secret()
        self.members[made] = Member(next(self._names), self.clock())
        return made, True

    def see(self, secret: str) -> Member:
        """Somebody has asked.

        Raises
        ------
        NotYours
            If nobody here has this secret.
        """
        member = self.members.get(secret)
        if member is None:
            raise NotYours()
        member.seen = self.clock()
        return member

    def here(self) -> int:
        """How many have looked lately."""
        now = self.clock()
        return sum(now - member.seen <= AWAY for member in self.members.values())

    def name(self, secret: str) -> str:
        return self.members[secret].name

    def __iter__(self) -> Iterator[str]:
        return iter(self.members)
