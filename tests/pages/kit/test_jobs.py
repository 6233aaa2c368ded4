"""How often a page looks at its work, and that a click waits for the first result."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from core.engine.jobs import Job
from core.turns import Turns
from pages.kit import jobs


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch):
    """A panel's work that makes a result when it is told to, and ends after the second."""
    go = threading.Semaphore(0)

    def results():
        for number in range(2):
            go.acquire()
            yield number

    job = Job(results())
    monkeypatch.setattr(jobs, "kept", {"run": {"job": job}}.get)
    yield SimpleNamespace(job=job, go=go)
    job.stop()
    go.release(2)


def crowd(monkeypatch: pytest.MonkeyPatch, waiting: int) -> None:
    monkeypatch.setattr(jobs, "TURNS", SimpleNamespace(n_waiting=waiting))


def test_a_page_looks_often_while_nobody_waits_and_seldom_where_many_do(work, monkeypatch) -> None:
    crowd(monkeypatch, 0)
    assert jobs.pace("run", None) == jobs.OFTEN
    crowd(monkeypatch, 3)
    assert jobs.pace("run", None) == 2 * jobs.OFTEN
    crowd(monkeypatch, 1)
    assert jobs.pace("run", jobs.OFTEN) == jobs.OFTEN, "timers are not changed for a little"
    crowd(monkeypatch, 100)
    assert jobs.pace("run", jobs.OFTEN) == jobs.SELDOM
    crowd(monkeypatch, 0)
    assert jobs.pace("run", jobs.SELDOM) == jobs.OFTEN, "and often again when they are gone"


def test_nobody_looks_at_work_that_has_ended(work) -> None:
    work.go.release(2)
    assert work.job.wait(5)
    assert jobs.pace("run", jobs.OFTEN) is None
    assert jobs.pace("another", None) is None


def test_a_click_waits_for_the_first_result_and_lets_others_draw(work, monkeypatch) -> None:
    turns = Turns(longest=5.0)
    monkeypatch.setattr(jobs, "TURNS", turns)
    monkeypatch.setattr(jobs, "FIRST", 5.0)

    def another_script() -> None:
        with turns.taken():
            work.go.release()

    with turns.taken():
        threading.Thread(target=another_script).start()
        jobs.wait_for_first("run")
        assert work.job.watch() == (0,)


def test_a_click_does_not_wait_long(work, monkeypatch) -> None:
    monkeypatch.setattr(jobs, "FIRST", 0.01)
    jobs.wait_for_first("run")
    jobs.wait_for_first("another")
    assert work.job.watch() == ()
