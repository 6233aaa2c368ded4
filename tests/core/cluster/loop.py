"""A wire within this process: all is pickled on its way, replicas can die, answers be late."""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Sequence

from core.cluster.errors import Lost
from core.cluster.messages import Answer, Asked
from core.cluster.servant import Round, Servant
from core.engine.records import Status


def sent(thing):
    """A thing as it is on the other side: nothing of it is shared."""
    return pickle.loads(pickle.dumps(thing))


class LoopWire:
    """To a few servants; `sticky` questions go to the same one.

    Attributes
    ----------
    dead : the servants that are gone; what they are asked, or were streaming, is lost
    asked : verb, sticky and the number of the servant, for each question
    delay : seconds for each way
    """

    def __init__(self, *servants: Servant) -> None:
        self.servants = servants
        self.dead: set[int] = set()
        self.asked: list[tuple[str, str, int]] = []
        self.delay = 0.0
        self._lock = threading.Lock()

    def _choose(self, asked: Asked, sticky: str) -> int:
        with self._lock:
            alive = [i for i in range(len(self.servants)) if i not in self.dead]
            if not alive:
                raise Lost()
            number = alive[hash(sticky) % len(alive)]
            self.asked.append((asked.verb, sticky, number))
            return number

    def call(self, asked: Asked, sticky: str) -> Answer:
        number = self._choose(asked, sticky)
        time.sleep(self.delay)
        answer = sent(self.servants[number].answer(sent(asked)))
        time.sleep(self.delay)
        if number in self.dead:
            raise Lost()
        return answer

    def stream(self, asked: Asked, sticky: str) -> LoopRounds:
        return LoopRounds(self, self._choose(asked, sticky), sent(asked))

    def statuses(self) -> Sequence[Status]:
        return [s.status() for i, s in enumerate(self.servants) if i not in self.dead]


class LoopRounds:
    """Rounds of one servant, until it dies."""

    def __init__(self, wire: LoopWire, number: int, asked: Asked) -> None:
        self._wire, self._number, self._asked = wire, number, asked
        self._rounds = None

    def __next__(self) -> Round:
        time.sleep(self._wire.delay)
        if self._number in self._wire.dead:
            self.close()
            raise Lost()
        if self._rounds is None:
            self._rounds = self._wire.servants[self._number].rounds(self._asked)
            return []
        return sent(next(self._rounds))

    def close(self) -> None:
        if self._rounds is not None:
            self._rounds.close()
