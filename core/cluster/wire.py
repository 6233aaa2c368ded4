"""How a question gets to where a model is: by Ray Serve (`ray_wire`), in tests within a process."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from core.cluster.messages import Answer, Asked
from core.cluster.servant import Round
from core.engine.records import Status


class Rounds(Protocol):
    """What a continuation's machine sends, round by round.

    The first round is empty: it says that there is a place in the queue.
    """

    def __next__(self) -> Round:
        """Raises StopIteration at the end, `Lost`, or what was raised there."""
        ...

    def close(self) -> None:
        """Nobody reads on."""
        ...


class Wire(Protocol):
    """Carries questions to the replicas of one model."""

    def call(self, asked: Asked, sticky: str) -> Answer:
        """One question, one answer.

        Parameters
        ----------
        sticky : questions with the same word go to the same replica, as long as it lives

        Raises
        ------
        Lost, Full, ClusterLost
        """
        ...

    def stream(self, asked: Asked, sticky: str) -> Rounds:
        """Continuations, round by round; raises as `call`."""
        ...

    def statuses(self) -> Sequence[Status]:
        """What each replica says of itself, as it was known last; never waits."""
        ...
