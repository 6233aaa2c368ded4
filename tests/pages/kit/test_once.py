"""A property that is computed once."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from pages.kit.once import once

SOON = 60


@dataclass(frozen=True, eq=False)
class Thing:
    begun: threading.Event
    end: threading.Event

    @once
    def made(self) -> list[int]:
        """What it makes."""
        self.begun.set()
        assert self.end.wait(SOON)
        return []


def test_each_object_makes_its_own_once():
    done = threading.Event()
    done.set()
    one, other = (Thing(threading.Event(), done) for _ in range(2))
    assert one.made is one.made
    assert one.made is not other.made
    assert Thing.made.__doc__ == "What it makes."


def test_who_waits_holds_up_nobody_else():
    slow = Thing(threading.Event(), threading.Event())
    waiting = threading.Thread(target=lambda: slow.made)
    waiting.start()
    assert slow.begun.wait(SOON)
    done = threading.Event()
    done.set()
    assert Thing(threading.Event(), done).made == []  # with the library's this would hang
    slow.end.set()
    waiting.join(SOON)
