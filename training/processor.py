"""What a processor does best, measured: how many threads, which number format."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import psutil
import torch


class Threads:
    """How many threads a step gets: all, or one while other programs use the cores.

    The threads of a step wait for one another hundreds of times. Where another
    program holds one of the cores, two threads are four times slower than one
    alone (measured), so they are given up as soon as a step takes longer with
    all than it took with one, and taken up again when a core lies idle.
    """

    EVERY = 10
    IDLE = 70.0

    def __init__(self, most: int) -> None:
        self.most, self.now, self.single = most, 1, 0.0
        self._steps: list[float] = []
        psutil.cpu_percent()
        torch.set_num_threads(1)

    def after(self, seconds: float) -> None:
        """Note how long a step took, and change the number of threads where that pays."""
        self._steps.append(seconds)
        if self.most == 1 or len(self._steps) < self.EVERY:
            return
        middle, busy = float(np.median(self._steps)), psutil.cpu_percent()
        self._steps.clear()
        if self.now == 1:
            self.single = middle
            if busy < self.IDLE:
                self.now = self.most
        elif middle > self.single:
            self.now = 1
        torch.set_num_threads(self.now)


def fastest(candidates: list[str], seconds: Callable[[str], float]) -> tuple[str, dict]:
    """The candidate that takes the least time, and all times by name; each is tried twice."""
    times = {c: round(min(seconds(c), seconds(c)), 3) for c in candidates}
    return min(candidates, key=lambda c: times[c]), times
