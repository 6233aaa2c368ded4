"""Memory that runs out, as it is pretended to: one step after the other, and back."""

from __future__ import annotations

import threading
import time

from core.host import pressure
from core.host.pressure import Pressure, Step, watch

RESERVE = 100


class Machine:
    """Memory that is said to be free, and what was given back."""

    def __init__(self, models: int = 2) -> None:
        self.free, self.models, self.done = 1_000, models, []
        self.pressure = Pressure(lambda: self.free, RESERVE, self.clear, self.release)

    def clear(self) -> None:
        self.done.append("caches")

    def release(self) -> bool:
        if self.models < 2:
            return False
        self.models -= 1
        self.done.append("model")
        return True

    def looks(self, free: int, times: int = 1) -> list[str]:
        self.done.clear()
        self.free = free
        for _time in range(times):
            self.pressure.look()
        return list(self.done)


def test_with_enough_memory_nothing_happens():
    machine = Machine()
    assert machine.looks(RESERVE, 5) == []
    assert machine.pressure.step is Step.CALM


def test_caches_go_first_then_sessions_wait_then_a_model_goes():
    machine = Machine()
    assert machine.looks(RESERVE - 1) == ["caches"]
    assert not machine.pressure.waits
    assert machine.looks(RESERVE - 1) == ["caches"]
    assert machine.pressure.waits
    assert machine.models == 2
    assert machine.looks(RESERVE - 1) == ["model", "caches"]
    assert machine.pressure.acted == {Step.CACHES: 1, Step.WAIT: 1, Step.MODELS: 1}


def test_the_last_model_stays_and_sessions_go_on_waiting():
    machine = Machine(models=1)
    assert "model" not in machine.looks(0, 6)
    assert machine.models == 1
    assert machine.pressure.waits
    assert machine.pressure.acted[Step.MODELS] == 0


def test_what_was_enough_is_enough():
    machine = Machine()
    machine.looks(RESERVE - 1)
    assert machine.looks(2 * RESERVE) == []
    # The next shortage begins at the first step again.
    machine.looks(RESERVE - 1)
    assert machine.pressure.step is Step.CACHES


def test_sessions_are_let_in_once_clearly_more_is_free():
    machine = Machine()
    machine.looks(RESERVE - 1, 2)
    machine.looks(RESERVE + 1)
    assert machine.pressure.waits
    machine.looks(2 * RESERVE)
    assert not machine.pressure.waits


def test_a_reading_that_fails_is_not_the_last(monkeypatch):
    monkeypatch.setattr(pressure, "EVERY", 0.005)
    readings, seen = iter([OSError("no such file"), 1]), threading.Event()

    def free() -> int:
        found = next(readings, 2)
        if isinstance(found, OSError):
            raise found
        seen.set()
        return found

    end = watch(Pressure(free, RESERVE, lambda: None, lambda: False))
    assert seen.wait(5)
    begun = time.monotonic()
    end()
    assert time.monotonic() - begun < 2
