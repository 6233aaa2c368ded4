"""Two replicas of a small model on a Ray cluster of this machine."""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

import pytest

import core.cluster  # noqa: F401 - says how Ray is to behave, before Ray is imported
from core.engine.engine import Engine
from core.settings import Settings

if find_spec("ray") is None:  # not imported here: `ray_connect` says first how Ray is to behave
    pytest.skip(
        "Ray is not installed: pip install -r requirements-cluster.txt", allow_module_level=True
    )


def pids(remote, without: int = 0, seconds: float = 60.0) -> list[int]:
    """The processes of both replicas, once two answer and none of them is `without`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = [int(place.rsplit(":", 1)[1]) for place in remote._wire.places()]
        if len(found) == 2 and without not in found:
            return found
        time.sleep(0.2)
    raise AssertionError("there are no two replicas")


@pytest.fixture(scope="session")
def cluster() -> Iterator[Any]:
    """A cluster of this machine's own, for as long as the tests run."""
    import ray  # pyright: ignore[reportMissingImports]
    from ray import serve  # pyright: ignore[reportMissingImports]

    from core.cluster import ray_cluster, ray_connect

    ray.init(
        "local", num_cpus=2, include_dashboard=False, namespace=ray_connect.NAMESPACE,
        log_to_driver=False, configure_logging=False, object_store_memory=2**30,
    )  # fmt: skip
    yield ray_cluster.RayCluster(Settings(backend="auto"))
    serve.shutdown()
    ray.shutdown()


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
