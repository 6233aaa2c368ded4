"""The machine of the cluster's head is lost while a class works: the last test of a cluster."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.cluster import ray_connect
from core.cluster.errors import ClusterLost
from core.cluster.pool import ClusterPool
from core.cluster.ray_rooms import rooms_of
from core.model.job import LoadJob
from core.model.pool import ModelPool
from core.room import RoomError
from core.settings import Settings
from tests.core.engine.common import DRAWN, PROMPT, tokens

pytestmark = pytest.mark.cluster
#: Seconds after which everybody has been told.
TOLD = 30.0


def learn(pool: ClusterPool, key: str, n: int) -> tuple[str, float]:
    """Reads on until the cluster is gone: what is said then, and when."""
    found = pool.get_or_start(key)
    backend = found.result(60) if isinstance(found, LoadJob) else found
    while True:
        try:
            tokens(backend.generate(f"{PROMPT} {n} {time.monotonic()}", DRAWN, max_new_tokens=12))
        except ClusterLost as error:
            return error.problem, time.monotonic()


def test_all_are_told_and_models_run_here_meanwhile(
    cluster, remote, head, tiny_folder, tiny, monkeypatch
):
    settings = Settings(backend=head.address)
    local = ModelPool(lambda _loaded: tiny, settings)
    alone, helped = ClusterPool(cluster), ClusterPool(cluster, local)
    rooms = rooms_of(Settings(backend=head.address, open_room=True))
    key = str(tiny_folder)
    want = tokens(tiny.generate(PROMPT, DRAWN, seed=3, max_new_tokens=5))
    with ThreadPoolExecutor(8) as pool:
        learners = [pool.submit(learn, alone, key, n) for n in range(8)]
        assert helped.get_or_start(key).result(60).status().replicas is not None  # type: ignore[union-attr]
        time.sleep(1.0)
        assert not any(learner.done() for learner in learners)
        begin = time.monotonic()
        head.lose()
        with pytest.raises(RoomError, match="cannot be reached"):
            rooms.open()
        assert time.monotonic() - begin < 5.0
        for learner in learners:
            problem, at = learner.result(2 * TOLD)
            assert "cluster" in problem
            print(f"told after {at - begin:.1f} s")
            assert at - begin < TOLD
    helped._lose()  # as its own backend would have said at its next question
    found = helped.get_or_start(key)
    backend = found.result(60) if isinstance(found, LoadJob) else found
    assert backend.status().replicas is None
    assert tokens(backend.generate(PROMPT, DRAWN, seed=3, max_new_tokens=5)) == want
    monkeypatch.setattr(ray_connect, "LONGEST", 2.0)
    again = alone.get_or_start(key)
    with pytest.raises(ClusterLost, match="cannot be reached"):
        again.result(60) if isinstance(again, LoadJob) else again.trace("Anew")
