"""What a server does when its memory runs out: one step after the other, nothing is killed.

Caches go first: they can be filled again. Then new sessions wait, so that those inside keep what
they have. Then the model that was used least lately goes; the last one stays, as the sessions
inside would load it again at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from enum import IntEnum

log = logging.getLogger("gpt2_hood.memory")
#: Seconds between two looks.
EVERY = 2.0
#: Sessions are let in again once so much more than the reserve is free: a level that swings about
#: the mark opens and shuts nothing.
CALM = 1.25


class Step(IntEnum):
    """How far it came, in the order of the steps."""

    CALM = 0
    CACHES = 1
    WAIT = 2
    MODELS = 3


class Pressure:
    """Looks at the free memory and acts when it falls under a reserve.

    Parameters
    ----------
    free : bytes of memory that are free now
    reserve : bytes that are to stay free
    clear : gives back all that can be computed again
    release : gives back the least used model that rests; whether there was one

    Attributes
    ----------
    step : how far it came
    acted : how often each step was taken, since the start
    """

    def __init__(
        self,
        free: Callable[[], int],
        reserve: int,
        clear: Callable[[], None],
        release: Callable[[], bool],
    ) -> None:
        self.free, self.reserve = free, reserve
        self._do = {Step.CACHES: clear, Step.WAIT: lambda: None, Step.MODELS: release}
        self.step = Step.CALM
        self.acted = dict.fromkeys(self._do, 0)

    @property
    def waits(self) -> bool:
        """Whether new sessions have to wait."""
        return self.step >= Step.WAIT

    def look(self) -> None:
        """One look: a step further where too little is free; back to calm where there is enough."""
        free = self.free()
        if free >= self.reserve * CALM:
            self.step = Step.CALM
        elif free < self.reserve:
            self._act(Step(min(self.step + 1, Step.MODELS)), free)

    def _act(self, step: Step, free: int) -> None:
        self.step = step
        # What was computed since the first step goes at each of them.
        if self._do[step]() is not False:
            self.acted[step] += 1
            log.warning("%d MB are free: %s", free >> 20, step.name.lower())
        if step is not Step.CACHES:
            self._do[Step.CACHES]()


def watch(pressure: Pressure, *also: Callable[[], None]) -> Callable[[], None]:
    """Look again and again in a thread of its own; returns what ends that.

    Parameters
    ----------
    also : what else is to be done at each look
    """
    over = threading.Event()

    def run() -> None:
        while not over.wait(EVERY):
            try:
                pressure.look()
                for one in also:
                    one()
            except Exception:  # a reading that fails must not be the last one
                log.exception("the memory was not looked at")
                time.sleep(EVERY)

    thread = threading.Thread(target=run, name="memory", daemon=True)
    thread.start()

    def end() -> None:
        over.set()
        thread.join(5.0)

    return end
