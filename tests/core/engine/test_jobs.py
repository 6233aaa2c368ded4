"""Work in the background."""

from __future__ import annotations

import threading
import time

from core.engine.jobs import Job


def test_a_job_can_be_watched_stopped_and_left() -> None:
    closed = threading.Event()

    def count():
        try:
            n = 0
            while True:
                yield n
                n += 1
                time.sleep(0.001)
        finally:
            closed.set()

    job = Job(count())
    while len(job.watch()) < 3:
        time.sleep(0.001)
    job.stop()
    assert job.done
    assert job.wait(5)
    assert closed.wait(5)
    kept = job.watch()
    assert kept[:3] == (0, 1, 2)
    assert job.stopped
    left = Job(count(), patience=0.05)
    assert left.wait(5), "a job that nobody watches must end by itself"

    def broken():
        yield 1
        raise ValueError("no")

    failed = Job(broken())
    assert failed.wait(5)
    assert failed.watch() == (1,)
    assert isinstance(failed.error, ValueError)
