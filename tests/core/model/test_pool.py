"""Jobs and the pool: loaded once for everybody, bounded, and never taken from who is at work."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from core.engine.engine import Engine
from core.errors import BadCheckpoint, Busy, LearnerError, UnknownModel
from core.language import current_language
from core.model import pool as module
from core.model.job import LoadCancelled, LoadJob
from core.model.pool import ModelPool
from core.model.progress import LoadProgress
from core.settings import Settings
from tests import checkpoints

A, B, C = "storyteller", "distilgpt2", "openai-community/gpt2"


@dataclass
class FakeEngine:
    """An engine as the pool sees it."""

    loaded: SimpleNamespace
    busy: bool = False
    closed: bool = False
    seconds_idle: float = 0.0
    relieved: int = 0

    def relieve(self) -> None:
        self.relieved += 1

    def close(self, *, give_back: bool = False) -> None:
        self.closed = give_back or self.closed


@dataclass
class Loader:
    """A loader that can be held up and made to fail, and that counts."""

    gate: threading.Event = field(default_factory=threading.Event)
    fail: dict[str, Exception] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.gate.set()

    def __call__(self, key: str, progress) -> SimpleNamespace:
        self.calls.append(key)
        progress(LoadProgress("connecting"))
        while not self.gate.wait(0.01):
            progress(LoadProgress("downloading", 1, 2))
        if key in self.fail:
            raise self.fail[key]
        progress(LoadProgress("weights", 0, 10))
        progress(LoadProgress("weights", 10, 10))
        progress(LoadProgress("warming", 10, 10))
        return SimpleNamespace(key=key, n_bytes=10)


class Clock:
    """Time that passes when it is told to, or when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def loader() -> Loader:
    return Loader()


@pytest.fixture
def pool(loader: Loader, clock: Clock):
    made = ModelPool(FakeEngine, Settings(max_models=2), loader=loader, clock=clock)  # type: ignore[arg-type]
    yield made
    loader.gate.set()
    made.close()


def get(pool: ModelPool, key: str):
    """The engine, however long it takes."""
    found = pool.get_or_start(key)
    return found.result(timeout=30) if isinstance(found, LoadJob) else found


def test_a_job_tells_its_stages_and_gives_its_result():
    job = LoadJob(A, Loader()).start()
    assert job.result(timeout=30).key == A
    assert job.done
    assert job.error is None
    assert job.progress.stage == "warming"


def test_every_stage_has_words():
    texts = [
        LoadProgress(stage, 3_000_000, total).message
        for stage in ("connecting", "downloading", "weights", "warming", "ready")
        for total in (0, 6_000_000)
    ]
    assert all(texts)
    assert "3.00 MB of 6.00 MB" in LoadProgress("downloading", 3_000_000, 6_000_000).message
    assert "of" not in LoadProgress("downloading", 3_000_000, 0).message.split()


def test_a_job_that_fails_keeps_its_error():
    job = LoadJob(A, Loader(fail={A: BadCheckpoint("broken.", "Mend it.")})).start()
    with pytest.raises(BadCheckpoint, match="broken"):
        job.result(timeout=30)
    assert job.done
    assert isinstance(job.error, BadCheckpoint)


def test_a_job_that_is_left_ends():
    loader = Loader()
    loader.gate.clear()
    job = LoadJob(A, loader).start()
    with pytest.raises(TimeoutError):
        job.result(timeout=0.05)
    job.cancel()
    with pytest.raises(LoadCancelled):
        job.result(timeout=30)


def test_a_job_speaks_the_language_of_who_started_it():
    heard: list[str] = []

    def load(key: str, progress) -> SimpleNamespace:
        heard.append(current_language.get())
        return SimpleNamespace(key=key)

    token = current_language.set("it")
    try:
        LoadJob(A, load).start().result(timeout=30)
    finally:
        current_language.reset(token)
    assert heard == ["it"]


def test_thirty_sessions_load_once(pool, loader):
    loader.gate.clear()
    start = threading.Barrier(30)
    found: list[object] = []

    def session() -> None:
        start.wait()
        found.append(get(pool, A))

    threads = [threading.Thread(target=session) for _ in range(30)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    loader.gate.set()
    for thread in threads:
        thread.join(30)
    assert loader.calls == [A]
    assert len(found) == 30
    assert len({id(engine) for engine in found}) == 1
    assert pool.get_or_start(A) is found[0]


def test_thirty_sessions_load_a_real_model_once(tmp_path: Path):
    """The same with the real loader and the real engine, and all see the same numbers."""
    folder = str(checkpoints.write_published(tmp_path / "c"))
    pool = ModelPool(Engine, Settings())
    start = threading.Barrier(30)
    logits: list[tuple[float, ...]] = []
    engines: set[int] = set()

    def session() -> None:
        start.wait()
        engine = get(pool, folder)
        engines.add(id(engine))
        logits.append(tuple(engine.trace((3, 1, 4)).logits.tolist()))

    threads = [threading.Thread(target=session) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    want = checkpoints.model()(torch.tensor([[3, 1, 4]])).logits[0, -1]
    assert len(engines) == 1
    assert len(logits) == 30
    assert len(set(logits)) == 1
    assert torch.allclose(torch.tensor(logits[0]), want, atol=1e-5)
    pool.close()


def test_two_names_of_one_model_are_one(pool, loader):
    assert get(pool, "gpt2") is get(pool, "openai-community/gpt2")
    assert loader.calls == ["openai-community/gpt2"]


def test_the_least_recently_used_is_given_back(pool, clock):
    first, second = get(pool, A), get(pool, B)
    clock.now += 20
    assert get(pool, A) is first  # now B is the oldest
    clock.now += 20
    third = get(pool, C)
    assert second.closed
    assert not first.closed
    assert pool.keys() == [A, C]
    assert pool.engines() == [first, third]


def test_never_one_that_is_at_work(pool, clock):
    first, second = get(pool, A), get(pool, B)
    first.busy = True
    clock.now += 20
    get(pool, C)
    assert second.closed
    assert not first.closed


def test_never_one_that_a_page_has_just_asked_for(pool, clock):
    first, second = get(pool, A), get(pool, B)
    clock.now += 20
    assert get(pool, B) is second
    assert get(pool, A) is first
    job = pool.get_or_start(C)
    time.sleep(0.3)
    assert not job.done  # both were asked for this very second
    assert not first.closed
    assert not second.closed
    clock.now += 20
    job.result(timeout=30)
    assert second.closed
    assert not first.closed


def test_when_all_stay_at_work_the_load_is_refused_and_all_stay(pool, clock, monkeypatch):
    first, second = get(pool, A), get(pool, B)
    first.busy = second.busy = True

    def pass_time(_seconds: float) -> None:
        clock.now += 1

    monkeypatch.setattr(module.time, "sleep", pass_time)
    with pytest.raises(Busy, match="at work"):
        get(pool, C)
    assert pool.keys() == [A, B]
    assert not first.closed
    assert not second.closed


def test_a_load_that_fails_takes_nobody_elses_model(pool, loader, clock):
    first, second = get(pool, A), get(pool, B)
    clock.now += 20
    loader.fail[C] = BadCheckpoint("broken.", "Mend it.")
    with pytest.raises(BadCheckpoint):
        get(pool, C)
    assert pool.keys() == [A, B]
    assert not first.closed
    assert not second.closed


def test_loads_at_the_same_time_keep_the_bound(loader, clock):
    pool = ModelPool(FakeEngine, Settings(max_models=1), loader=loader, clock=clock)  # type: ignore[arg-type]
    loader.gate.clear()
    jobs = [pool.get_or_start(key) for key in (A, B, C)]
    loader.gate.set()
    held: list[int] = []
    deadline = time.monotonic() + 30
    while not all(job.done for job in jobs):
        held.append(len(pool.keys()))
        clock.now += 6  # lets what came in come to rest
        time.sleep(0.01)
        assert time.monotonic() < deadline
    assert max(held) <= 1
    assert len(pool.keys()) == 1
    pool.close()


def test_a_failure_is_told_to_all_and_started_again_only_later(pool, loader, clock):
    loader.fail[A] = BadCheckpoint("broken.", "Mend it.")
    job = pool.get_or_start(A)
    with pytest.raises(LearnerError):
        job.result(timeout=30)
    assert pool.get_or_start(A) is job
    for _ in range(30):  # thirty sessions see it and forget it
        pool.forget(A)
        assert pool.get_or_start(A) is job
    assert loader.calls == [A]
    clock.now += 5
    del loader.fail[A]
    assert get(pool, A).loaded.key == A
    assert loader.calls == [A, A]


def test_a_load_that_is_left_can_be_started_again_at_once(pool, loader):
    loader.gate.clear()
    job = pool.get_or_start(A)
    job.cancel()
    pool.forget(A)
    again = pool.get_or_start(A)
    assert again is not job
    loader.gate.set()
    engine = again.result(timeout=30)
    with pytest.raises(LoadCancelled):
        job.result(timeout=30)
    assert pool.engines() == [engine]


def test_a_running_load_is_not_forgotten(pool, loader):
    loader.gate.clear()
    job = pool.get_or_start(A)
    pool.forget(A)
    assert pool.get_or_start(A) is job


def test_what_names_no_model_starts_nothing(pool, loader):
    with pytest.raises(UnknownModel):
        pool.get_or_start("no such model")
    assert loader.calls == []


def test_a_model_that_was_given_back_refuses_instead_of_hanging(tmp_path: Path):
    from core.model.load import load_model

    engine = Engine(load_model(str(checkpoints.write_published(tmp_path / "c"))))
    engine.close()
    with pytest.raises(LearnerError):
        engine.trace((1, 2, 3))


def test_under_pressure_the_least_used_model_goes_and_the_last_one_stays(pool, clock):
    first, second = get(pool, A), get(pool, B)
    assert not pool.shrink()  # both were asked for a moment ago
    clock.now += 60
    first.busy = True
    assert pool.shrink()
    assert (first.closed, second.closed) == (False, True)
    first.busy = False
    clock.now += 60
    assert not pool.shrink()
    assert pool.keys() == [A]


def test_models_that_nobody_asks_give_back_what_they_remember(pool):
    first, second = get(pool, A), get(pool, B)
    first.seconds_idle = 1_000.0
    pool.relieve(900.0)
    assert (first.relieved, second.relieved) == (1, 0)
    pool.relieve()
    assert (first.relieved, second.relieved) == (2, 1)
