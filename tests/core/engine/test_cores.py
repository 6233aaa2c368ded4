"""With how many threads the engine computes: fewer beside busy programs, all when they are gone."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
import torch

from core.engine.cores import LOOK, STALE, Cores, SystemCounts
from core.engine.engine import Engine
from core.model.cores import container_quota, core_ids, granted
from tests.core.engine.common import until

#: A program that only counts.
COUNTS = [sys.executable, "-c", "while True: pass"]


class Machine:
    """Cores and programs that want them, with a clock of its own."""

    def __init__(self, cores: int, most: int | None = None) -> None:
        self.now = self.busy = self.ran = 0.0
        self.used: list[int] = []
        self.cores = Cores(most or cores, cores, self, self.used.append, lambda: self.now)
        self.n = cores
        self.fails = False

    def all_cores(self) -> float:
        if self.fails:
            raise OSError
        return self.busy

    def own(self) -> float:
        return self.ran

    def go_on(self, others: int, seconds: float = 2.0) -> int:
        """The engine computes beside so many programs; with how many threads in the end."""
        until = self.now + seconds
        while self.now < until:
            self.now += LOOK / 3
            wanted = self.cores.threads + others
            share = min(1.0, self.n / wanted)  # the system gives each of them as much
            self.ran += share * self.cores.threads * LOOK / 3
            self.busy += share * wanted * LOOK / 3
            self.cores.look()
        return self.cores.threads


def test_beside_busy_programs_fewer_threads_compute_and_afterwards_all_again() -> None:
    machine = Machine(2)
    assert machine.go_on(0) == 2
    assert machine.go_on(1) == 1
    assert machine.go_on(2) == 1, "one always computes"
    assert machine.go_on(0) == 2
    assert machine.used == [2, 1, 2], "it is changed when it changes, and not at each look"


@pytest.mark.parametrize(("others", "threads"), [(0, 16), (1, 15), (6, 10), (40, 1)])
def test_many_cores_are_shared_with_who_wants_them(others: int, threads: int) -> None:
    assert Machine(16).go_on(others) == threads


def test_a_quota_bounds_the_threads_and_not_what_others_use() -> None:
    machine = Machine(16, most=2)
    assert machine.go_on(10) == 2
    assert machine.go_on(40) == 1


def test_what_was_counted_long_ago_decides_nothing() -> None:
    machine = Machine(2)
    machine.go_on(0)
    machine.now += 2 * STALE
    machine.busy += 4 * STALE  # others had all, while the engine slept
    machine.cores.look()
    assert machine.cores.threads == 2


def test_a_system_that_stops_counting_changes_nothing() -> None:
    machine = Machine(2)
    machine.go_on(1)
    machine.fails = True
    assert machine.go_on(0) == 1
    machine.fails = False
    assert machine.go_on(0) == 1


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="a system that counts none")
def test_the_system_counts_what_this_thread_does() -> None:
    counts = SystemCounts([threading.get_native_id()], core_ids())
    every, own = counts.all_cores(), counts.own()
    end = time.thread_time() + 0.2
    while time.thread_time() < end:
        pass
    assert 0.15 <= counts.own() - own <= 0.5
    assert counts.all_cores() - every >= 0.15


@pytest.mark.parametrize(
    ("files", "quota"),
    [
        ({"proc/self/cgroup": "0::/a/b\n", "sys/fs/cgroup/a/cpu.max": "150000 100000\n"}, 1.5),
        ({"proc/self/cgroup": "0::/a\n", "sys/fs/cgroup/a/cpu.max": "max 100000\n"}, None),
        ({"proc/self/cgroup": "0::/gone\n", "sys/fs/cgroup/cpu.max": "400000 100000\n"}, 4.0),
        ({"proc/self/cgroup": "4:cpu,cpuacct:/x\n",
          "sys/fs/cgroup/cpu/x/cpu.cfs_quota_us": "50000\n",
          "sys/fs/cgroup/cpu/x/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"proc/self/cgroup": "4:cpu:/\n", "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n",
          "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n"}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_a_containers_quota_is_read(tmp_path: Path, files: dict[str, str], quota: float | None):
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert container_quota(tmp_path) == quota
    n = len(core_ids())
    assert granted(tmp_path) == (n if quota is None else min(n, max(1, int(quota))))


@pytest.mark.skipif(not Path("/proc/self/schedstat").exists(), reason="a system that counts none")
def test_the_engine_makes_room_for_a_busy_program(engine: Engine) -> None:
    """Beside as many as there are cores: others may be at work here, too."""
    if min(torch.get_num_threads(), granted()) < 2:
        pytest.skip("one thread is the least")
    others = [subprocess.Popen(COUNTS) for _core in core_ids()]
    try:
        until(lambda: engine.call(lambda _model: engine.status().threads) == 1)
        assert engine.status().most_threads > 1
        other = Engine(engine.loaded)  # what PyTorch takes now is not all that there is
        until(lambda: other.status().most_threads == engine.status().most_threads)
        other.close()
    finally:
        for other in others:
            other.kill()
            other.wait()
