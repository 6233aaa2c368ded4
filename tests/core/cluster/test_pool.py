"""Models of a cluster: found, not served, away, run here instead."""

from __future__ import annotations

import pytest

from core.cluster.errors import ClusterLost
from core.cluster.pool import ClusterPool
from core.cluster.remote import Remote
from core.cluster.serving import app_of, key_of_app
from core.errors import UnknownModel
from core.model.job import LoadJob
from tests.core.engine.common import SOON, until


class Cluster:
    """A cluster that can be away."""

    def __init__(self, remote: Remote | None, *served: str) -> None:
        self._remote, self._served = remote, list(served)
        self.away = False
        self.left = 0

    def find(self) -> None:
        if self.away:
            raise ClusterLost.at("10.0.0.5:6379")

    def models(self) -> list[str]:
        return self._served

    def remote(self, key: str, lost) -> Remote:
        self.lost = lost
        assert self._remote is not None
        return self._remote

    def leave(self) -> None:
        self.left += 1


class Local:
    """Stands for the models of this process."""

    def get_or_start(self, key: str) -> str:
        return f"{key} here"

    def forget(self, key: str) -> None:
        pass

    def engines(self) -> list:
        return []


def found(pool: ClusterPool, key: str):
    got = pool.get_or_start(key)
    return got.result(SOON) if isinstance(got, LoadJob) else got


def test_a_model_is_found_once_and_for_all(remote: Remote):
    ready = []
    pool = ClusterPool(Cluster(remote, "storyteller"), ready=lambda: ready.append(1))
    begun = pool.get_or_start("storyteller")
    assert isinstance(begun, LoadJob)
    begun.result(SOON)
    assert begun.progress.message == "asking the cluster"
    assert found(pool, "storyteller") is remote
    assert found(pool, "storyteller") is remote
    assert pool.keys() == ["storyteller"]
    assert pool.engines() == [remote]
    assert ready == [1]


def test_a_cluster_that_serves_nothing_yet_is_a_sentence(remote: Remote):
    with pytest.raises(UnknownModel, match="Try again in a moment"):
        ClusterPool(Cluster(remote)).get_or_start("gpt2").result(SOON)  # type: ignore[union-attr]


def test_what_is_not_served_is_a_sentence_with_what_is(remote: Remote):
    pool = ClusterPool(Cluster(remote, "storyteller", "gpt2"))
    with pytest.raises(UnknownModel, match="gpt2, storyteller"):
        pool.get_or_start("gpt2-xl").result(SOON)


def test_a_cluster_that_is_away_at_the_start_is_a_sentence_and_found_later(remote: Remote):
    cluster = Cluster(remote, "storyteller")
    cluster.away = True
    pool = ClusterPool(cluster)
    with pytest.raises(ClusterLost, match="cannot be reached"):
        pool.get_or_start("storyteller").result(SOON)
    assert pool.get_or_start("storyteller").error is not None  # whoever waits sees the same
    cluster.away = False
    pool.forget("storyteller")
    assert found(pool, "storyteller") is remote


def test_lost_in_the_middle_of_a_class_it_is_looked_for_anew(remote: Remote):
    cluster = Cluster(remote, "storyteller")
    pool = ClusterPool(cluster)
    assert found(pool, "storyteller") is remote
    cluster.lost()
    assert cluster.left == 1
    assert pool.keys() == []
    assert found(pool, "storyteller") is remote


def test_where_the_host_wants_it_models_run_here_meanwhile(remote: Remote):
    cluster, now = Cluster(remote, "storyteller"), [0.0]
    pool = ClusterPool(cluster, Local(), clock=lambda: now[0])  # type: ignore[arg-type]
    assert found(pool, "storyteller") is remote
    cluster.lost()
    assert pool.get_or_start("storyteller") == "storyteller here"
    now[0] = 60.0  # and when the cluster is back, there again; nobody waits for it
    assert pool.get_or_start("storyteller") == "storyteller here"
    until(lambda: pool.get_or_start("storyteller") is remote)
    cluster.lost()
    cluster.away = True
    for now[0] in (120.0, 180.0):
        assert pool.get_or_start("storyteller") == "storyteller here"
    cluster.away = False

    def is_back() -> bool:
        now[0] += 60.0
        return pool.get_or_start("storyteller") is remote

    until(is_back)


def test_where_there_was_no_cluster_from_the_beginning_models_run_here_at_once(remote: Remote):
    cluster = Cluster(remote, "storyteller")
    cluster.away = True
    pool = ClusterPool(cluster, Local())  # type: ignore[arg-type]
    assert found(pool, "storyteller") == "storyteller here"
    assert pool.keys() == []
    assert pool.get_or_start("storyteller") == "storyteller here"


@pytest.mark.parametrize("key", ["storyteller", "openai-community/gpt2", "/home/me/a model", "a:b"])
def test_an_application_names_its_model(key: str):
    assert key_of_app(app_of(key)) == key
    assert "/" not in app_of(key)
    assert key_of_app("somebody's") is None


def test_ray_is_not_imported_without_the_setting():
    import subprocess
    import sys

    said = subprocess.run(
        [sys.executable, "-c", "import sys, app; print([m for m in sys.modules if m == 'ray' or"
         " m.startswith(('ray.', 'core.cluster'))])"],
        capture_output=True, text=True, check=True, env=None,
    )  # fmt: skip
    assert said.stdout.strip().endswith("[]")
