"""How many threads a product takes: as many as there are cores that nobody else wants.

Two threads that share a product wait for each other at its end. Where another program takes one of
their two cores, each product waits until that program's turn is over, and two threads are slower
than one alone: five to thirty times was seen. What others use is what all cores did, less what the
engine's own threads did; the system counts both.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Protocol

import torch

from core.model.cores import core_ids, granted

#: Seconds between two looks; the system counts in hundredths.
LOOK = 0.2
#: Seconds after which what was counted before tells nothing of now.
STALE = 2.0
#: Of a core: with so much more than the threads leave free others want it; with so much less they
#: are gone. In between all stays as it is.
TAKEN, FREE = 0.45, 0.25
#: Where the system lists a process's threads; so many numbers are added by all threads.
_TASKS, _MANY = "/proc/self/task", 1 << 20


class Counts(Protocol):
    """What the system has counted."""

    def all_cores(self) -> float:
        """Seconds that the cores were busy, all together, whoever used them."""
        ...

    def own(self) -> float:
        """Seconds that the engine's threads ran."""
        ...


class SystemCounts:
    """Those of Linux.

    Parameters
    ----------
    threads : of the engine, by the system's numbers
    cores : that the process may run on
    """

    def __init__(self, threads: Collection[int], cores: Collection[int]) -> None:
        self._tick = 1.0 / os.sysconf("SC_CLK_TCK")
        self._files = [Path(f"/proc/self/task/{thread}/schedstat") for thread in threads]
        self._names = {f"cpu{core}" for core in cores}

    def all_cores(self) -> float:
        busy = 0
        for line in Path("/proc/stat").read_text().splitlines():
            name, *ticks = line.split()
            if name in self._names:
                user, nice, system, _idle, _waits, *more = map(int, ticks[:8])
                busy += user + nice + system + sum(more)
        return busy * self._tick

    def own(self) -> float:
        return sum(int(file.read_text().split()[0]) for file in self._files) / 1e9


class Cores:
    """The number of threads, looked at again while the engine computes.

    Attributes
    ----------
    threads : that a product takes now
    others : cores that everybody else used lately

    Parameters
    ----------
    most : threads that a product may take
    cores : of the machine, as far as the process may use them
    use : makes products take so many threads
    clock : seconds that never go back
    """

    def __init__(
        self,
        most: int,
        cores: int,
        counts: Counts | None,
        use: Callable[[int], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self.most, self.threads, self.others = most, most, 0.0
        self._cores, self._counts, self._use, self._clock = cores, counts, use, clock
        self._before: tuple[float, float, float] | None = None  # when, all cores, our threads
        use(most)

    def look(self) -> None:
        """Choose anew, if it is time; takes a tenth of a millisecond five times a second."""
        if self._counts is None or self.most == 1:
            return
        now = self._clock()
        if self._before is not None and now - self._before[0] < LOOK:
            return
        try:
            counted = now, self._counts.all_cores(), self._counts.own()
        except (OSError, ValueError, IndexError):  # a system that does not count: all as it was
            self._counts = None
            return
        before, self._before = self._before, counted
        if before is not None and now - before[0] < STALE:
            every, own = counted[1] - before[1], counted[2] - before[2]
            self._choose(max(0.0, every - own) / (now - before[0]))

    def _choose(self, others: float) -> None:
        self.others = others
        free = self._cores - others
        if free < self.threads - TAKEN:
            wanted = int(free + TAKEN)
        else:
            wanted = max(self.threads, int(free + FREE))
        wanted = min(self.most, max(1, wanted))
        if wanted != self.threads:
            self.threads = wanted
            self._use(wanted)


class _PyTorch:
    """PyTorch's number of threads.

    What one thread sets all threads begin with that come later: an engine that is made while
    another one makes room must not take its one thread for all that there are.
    """

    def __init__(self) -> None:
        self._by_itself = self._set = 0

    def most(self) -> int:
        """Threads that it would take if nobody had made room."""
        now = torch.get_num_threads()
        if now != self._set:  # nobody of us said that
            self._by_itself = now
        return self._by_itself

    def use(self, n: int) -> None:
        if n != torch.get_num_threads():
            self._set = n
            torch.set_num_threads(n)


_PYTORCH = _PyTorch()


def cores_of_this_thread(device: torch.device) -> Cores:
    """Those for the products that this thread computes on a device; call it there, once."""
    if device.type != "cpu":
        return Cores(torch.get_num_threads(), 0, None, lambda _n: None)
    most = min(_PYTORCH.most(), granted())
    _PYTORCH.use(most)
    ids, threads = core_ids(), _threads()
    counts = SystemCounts(threads, ids) if threads else None
    return Cores(most, len(ids), counts, _PYTORCH.use)


def _threads() -> set[int]:
    """This thread and the helpers with which it computes; empty where the system does not tell."""
    try:
        before = set(os.listdir(_TASKS))
        torch.ones(_MANY).sum()  # wakes them for the first time
        found = set(os.listdir(_TASKS)) - before
    except OSError:
        return set()
    return {threading.get_native_id(), *map(int, found)}
