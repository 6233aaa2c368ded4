"""Scripts take turns, in order, and nobody waits for good."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from core.turns import SHORT, Turns

#: Seconds in which whatever can happen has happened.
SOON = 5.0


class Script(threading.Thread):
    """A script that holds a turn until it is told to go."""

    def __init__(self, turns: Turns, name: str, came: list[str], *, short: bool = False) -> None:
        super().__init__(daemon=True)
        self.turns, self.called, self.came, self.short = turns, name, came, short
        self.begun, self.go = threading.Event(), threading.Event()

    def run(self) -> None:
        with self.turns.taken(short=self.short):
            self.came.append(self.called)
            self.begun.set()
            self.go.wait(SOON)


@pytest.fixture
def script() -> Callable[..., Script]:
    """Begins a script and waits until it stands in the order."""

    def begin(turns: Turns, name: str, came: list[str], **more: bool) -> Script:
        one = Script(turns, name, came, **more)
        before = turns.n_waiting
        one.start()
        end = time.monotonic() + SOON
        while not one.begun.is_set() and turns.n_waiting == before and time.monotonic() < end:
            time.sleep(0.001)
        return one

    return begin


def test_scripts_run_one_after_the_other_as_they_came(script) -> None:
    turns, came = Turns(longest=SOON), []
    all_of_them = [script(turns, name, came) for name in "abcd"]
    for n, one in enumerate(all_of_them):
        assert one.begun.wait(SOON)
        assert came == list("abcd")[: n + 1], "only one at a time"
        one.go.set()


def test_what_is_short_goes_before_what_came_a_little_earlier(script) -> None:
    turns, came = Turns(longest=SOON), []
    first = script(turns, "first", came)
    others = [script(turns, "page", came), script(turns, "text", came, short=True)]
    for one in [first, *others]:
        one.go.set()
    for one in others:
        one.join(SOON)
    assert came == ["first", "text", "page"]


def test_short_ones_do_not_keep_a_long_one_out_for_ever(script) -> None:
    clock = [0.0]
    turns, came = Turns(longest=60.0, clock=lambda: clock[0]), []
    first = script(turns, "first", came)
    long = script(turns, "page", came)
    clock[0] = SHORT + 0.1
    late = script(turns, "text", came, short=True)
    for one in [first, long, late]:
        one.go.set()
        one.join(SOON)
    assert came == ["first", "page", "text"]


def test_a_turn_that_is_given_up_lets_another_one_in_and_comes_back_in_its_place(script) -> None:
    turns, came = Turns(longest=SOON), []
    answered, gave_up = threading.Event(), threading.Event()

    def waits_for_a_model() -> None:
        with turns.taken():
            with turns.given_up():
                gave_up.set()
                answered.wait(SOON)
            came.append("answered")

    waiting = threading.Thread(target=waits_for_a_model, daemon=True)
    waiting.start()
    assert gave_up.wait(SOON)
    others = [script(turns, name, came) for name in ("second", "third")]
    assert others[0].begun.wait(SOON)
    answered.set()
    while turns.n_waiting < 2:  # it stands in the order again
        time.sleep(0.001)
    for one in others:
        one.go.set()
    others[1].join(SOON)
    assert came == ["second", "answered", "third"]


def test_a_script_that_hangs_holds_up_nobody_for_long(script) -> None:
    turns, came = Turns(longest=0.05), []
    script(turns, "hangs", came)
    begin = time.monotonic()
    for name in ("b", "c", "d"):
        one = script(turns, name, came)
        assert one.begun.wait(SOON)
        one.go.set()
    assert time.monotonic() - begin < SOON / 2
    assert came == ["hangs", "b", "c", "d"]


def test_inside_of_a_turn_another_one_is_not_waited_for() -> None:
    turns = Turns(longest=SOON)
    with turns.taken(), turns.taken(short=True):
        assert turns.n_waiting == 0


def test_without_a_turn_nothing_is_given_up() -> None:
    with Turns().given_up():
        pass


def test_an_error_ends_a_turn() -> None:
    turns = Turns(longest=SOON)
    with pytest.raises(KeyError), turns.taken():
        raise KeyError
    with turns.taken():
        assert turns.n_waiting == 0
