"""A Ray cluster of this machine, and two replicas of a small model on it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

import core.cluster  # noqa: F401 - says how Ray is to behave, before Ray is imported
from benchmarks.visitor import free_port
from core.engine.engine import Engine
from core.engine.records import Status
from core.settings import Settings

if find_spec("ray") is None:  # not imported here: `ray_connect` says first how Ray is to behave
    pytest.skip(
        "Ray is not installed: pip install -r requirements-cluster.txt", allow_module_level=True
    )
ROOT = Path(__file__).parents[2]
#: What replicas, their keeper and the rooms call themselves.
ACTORS = ("ray::Serve", "ray::_Holder")


def pids(remote, without: int = 0, seconds: float = 60.0) -> list[int]:
    """The processes of both replicas, once two answer and none of them is `without`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [int(place.rsplit(":", 1)[1]) for place in remote._wire.places()]
        if len(found) == 2 and without not in found:
            return found
        time.sleep(0.2)
    raise AssertionError("there are no two replicas")


def statuses(remote) -> list[Status]:
    """What the replicas say of themselves now."""
    remote._wire._look()
    return list(remote._wire.statuses())


def children(pid: int) -> list[int]:
    """The processes that a process has started."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [int(child) for task in tasks for child in task.read_text().split()]


def name_of(pid: int) -> str:
    """What a process calls itself."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


class Head:
    """A cluster, started and ended as README says."""

    def __init__(self) -> None:
        self.address = f"127.0.0.1:{free_port()}"
        port = self.address.rsplit(":", 1)[1]
        command = [sys.executable, "-m", "core.cluster", "start", "--cores", "2", "--port", port]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True,
        )  # fmt: skip

    def lose(self) -> None:
        """The head's process and all actors at once, as machines that lose their power.

        What Ray has on an app server's own machine stays: here that is the raylet. (The command
        that started all of it would end that one, too; it is kept from doing so.)
        """
        os.kill(self._process.pid, signal.SIGSTOP)
        own = {name_of(pid): pid for pid in children(self._process.pid)}
        actors = [pid for pid in children(own["raylet"]) if name_of(pid).startswith(ACTORS)]
        for pid in (own["gcs_server"], *actors):
            os.kill(pid, signal.SIGKILL)

    def die(self) -> None:
        """All of it."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)


@pytest.fixture(scope="session")
def head() -> Iterator[Head]:
    """A cluster of this machine's own, for as long as the tests run."""
    made = Head()
    yield made
    made.die()


@pytest.fixture(scope="session")
def cluster(head: Head) -> Iterator[Any]:
    """The same, as a server's models find it."""
    import ray  # pyright: ignore[reportMissingImports]

    from core.cluster import ray_cluster
    from core.cluster.__main__ import joined

    joined(head.address)
    yield ray_cluster.RayCluster(Settings(backend=head.address))
    head.die()
    ray.shutdown()


@pytest.fixture(scope="session")
def storyteller_there(cluster):
    """The model of the app: one replica, two where many wait."""
    from core.cluster.ray_deploy import Wanted, deploy

    deploy(Wanted("storyteller", replicas=1, most=2, cores=0.5), Settings())
    return cluster.remote("storyteller", lambda: None)


@pytest.fixture(scope="session")
def remote(cluster, tiny_folder):
    """Two replicas of the small model."""
    from core.cluster.ray_deploy import Wanted, deploy

    deploy(Wanted(str(tiny_folder), replicas=2, cores=0.5), Settings())
    return cluster.remote(str(tiny_folder), lambda: None)


@pytest.fixture(params=["local", "remote"])
def backend(request, tiny: Engine):
    """Where a model runs."""
    return tiny if request.param == "local" else request.getfixturevalue("remote")
