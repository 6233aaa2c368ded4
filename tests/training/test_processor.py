"""Threads are given up while others work, and the faster number format is taken."""

from __future__ import annotations

import pytest

from training import processor
from training.processor import Threads, fastest


@pytest.fixture
def busy(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How busy the processor says it is, in per cent."""
    level = [0.0]
    monkeypatch.setattr(processor.psutil, "cpu_percent", lambda: level[0])
    monkeypatch.setattr(processor.torch, "set_num_threads", lambda count: None)
    return level


def test_threads_come_and_go_with_the_other_programs(busy: list[float]) -> None:
    threads = Threads(2)

    def steps(seconds: float) -> int:
        for _ in range(Threads.EVERY):
            threads.after(seconds)
        return threads.now

    busy[0] = 100.0
    assert steps(1.4) == 1  # no core is idle
    busy[0] = 50.0
    assert steps(1.4) == 2
    busy[0] = 100.0
    assert steps(0.8) == 2  # both are ours
    assert steps(3.5) == 1  # slower than one thread was: another program is at work


def test_one_thread_stays_one(busy: list[float]) -> None:
    threads = Threads(1)
    for _ in range(3 * Threads.EVERY):
        threads.after(1.0)
    assert threads.now == 1


def test_the_faster_is_taken() -> None:
    times = {"a": iter([3.0, 1.5]), "b": iter([2.0, 2.5])}
    assert fastest(["a", "b"], lambda name: next(times[name])) == ("a", {"a": 1.5, "b": 2.0})
