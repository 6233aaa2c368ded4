"""One actor of the cluster holds the rooms; it has a name, and outlives whoever made it."""

from __future__ import annotations

import time
from typing import Any

import ray  # pyright: ignore[reportMissingImports]
from ray.exceptions import GetTimeoutError, RayError  # pyright: ignore[reportMissingImports]

from core.cluster import identity, ray_connect
from core.cluster.errors import ClusterLost
from core.cluster.messages import Answer, Asked
from core.cluster.serving import ROOT
from core.cluster.shared_rooms import RoomsServant, SharedRooms
from core.room import LocalRooms
from core.settings import Settings

#: The actor's name; seconds that a question to it may take; seconds of rest after one that failed,
#: as a server's one loop may be who asks.
NAME, PATIENCE, REST = "rooms", 2.0, 5.0


class _Holder(RoomsServant):
    def __init__(self) -> None:
        super().__init__(LocalRooms(time.monotonic), identity.code())


class RayRooms:
    """The way to that actor.

    Parameters
    ----------
    settings : `backend` is the cluster's address
    """

    def __init__(self, settings: Settings) -> None:
        self._address = settings.backend
        self._actor: Any = None
        self._failed_at = -REST

    def __call__(self, asked: Asked) -> Answer:
        if time.monotonic() - self._failed_at < REST:
            raise ClusterLost.at(self._address)
        try:
            return ray.get(self._held().answer.remote(asked), timeout=PATIENCE)
        except (ClusterLost, GetTimeoutError, RayError, ConnectionError) as error:
            self._actor, self._failed_at = None, time.monotonic()
            raise ClusterLost.at(self._address) from error

    def _held(self) -> Any:
        ray_connect.connect(self._address)
        if self._actor is None:
            self._actor = (
                ray.remote(_Holder)
                .options(
                    name=NAME, namespace=ray_connect.NAMESPACE, lifetime="detached",
                    get_if_exists=True, num_cpus=0, max_restarts=-1, max_concurrency=8,
                    runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
                )
                .remote()
            )  # fmt: skip
            # Its process may have to start first, which takes longer than any question may.
            ray.get(self._actor.__ray_ready__.remote(), timeout=ray_connect.LONGEST)
        return self._actor


def rooms_of(settings: Settings) -> SharedRooms:
    """The rooms that all servers of a cluster share."""
    return SharedRooms(RayRooms(settings), identity.code())


def end() -> None:
    """Forget all rooms."""
    try:
        ray.kill(ray.get_actor(NAME, namespace=ray_connect.NAMESPACE))
    except ValueError:  # there were none
        pass
