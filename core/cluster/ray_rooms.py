"""One actor of the cluster holds the rooms; it has a name, and outlives whoever made it."""

from __future__ import annotations

import threading
import time
from contextlib import suppress
from typing import Any

import ray  # pyright: ignore[reportMissingImports]

from core.cluster import identity, ray_connect
from core.cluster.errors import ClusterLost
from core.cluster.messages import Answer, Asked
from core.cluster.serving import ROOT
from core.cluster.shared_rooms import RoomsServant, SharedRooms
from core.room import LocalRooms
from core.settings import Settings

#: The actor's name; seconds that a question to it may take; seconds between two looks for it.
NAME, PATIENCE, REST = "rooms", 2.0, 2.0


class _Holder(RoomsServant):
    def __init__(self) -> None:
        super().__init__(LocalRooms(time.monotonic), identity.code())


class RayRooms:
    """The way to that actor.

    A server's one loop may be who asks: so it waits for no more than a moment, and a thread looks
    for an actor that does not answer.

    Parameters
    ----------
    settings : `backend` is the cluster's address
    """

    def __init__(self, settings: Settings) -> None:
        self._address = settings.backend
        self._lock = threading.Lock()
        self._actor: Any = None
        self._finding: threading.Thread | None = None

    def __call__(self, asked: Asked) -> Answer:
        actor = self._actor or self.find(PATIENCE)
        try:
            return ray.get(actor.answer.remote(asked), timeout=PATIENCE)
        except Exception as error:  # Ray's own words for a cluster that is away are many
            self._actor = None
            self.find(0.0)
            raise ClusterLost.at(self._address) from error

    def find(self, seconds: float) -> Any:
        """The actor; who begins to look for it waits for so long, whoever comes then for nothing.

        Raises
        ------
        ClusterLost
            If it was not found in this time; a thread goes on looking for it.
        """
        with self._lock:
            begins = self._finding is None or not self._finding.is_alive()
            if begins:
                self._finding = threading.Thread(target=self._look, daemon=True)
                self._finding.start()
            finding = self._finding
        if begins and finding is not None:
            finding.join(seconds)
        if self._actor is None:
            raise ClusterLost.at(self._address)
        return self._actor

    def _look(self) -> None:
        while self._actor is None:
            try:
                self._actor = _held(self._address)
            except Exception:
                time.sleep(REST)


def _held(address: str) -> Any:
    """The actor that holds the rooms, once it answers; made by whoever comes first."""
    ray_connect.connect(address)
    actor = (
        ray.remote(_Holder)
        .options(
            name=NAME, namespace=ray_connect.NAMESPACE, lifetime="detached",
            get_if_exists=True, num_cpus=0, max_restarts=-1, max_concurrency=8,
            runtime_env={"env_vars": {"PYTHONPATH": str(ROOT)}},
        )
        .remote()
    )  # fmt: skip
    # Its process may have to start first, which takes longer than any question may.
    ray.get(actor.__ray_ready__.remote(), timeout=ray_connect.LONGEST)
    return actor


def rooms_of(settings: Settings) -> SharedRooms:
    """The rooms that all servers of a cluster share; they are looked for from now on."""
    way = RayRooms(settings)
    with suppress(ClusterLost):
        way.find(ray_connect.LONGEST if settings.open_room else 0.0)
    return SharedRooms(way, identity.code())


def end() -> None:
    """Forget all rooms."""
    try:
        ray.kill(ray.get_actor(NAME, namespace=ray_connect.NAMESPACE))
    except ValueError:  # there were none
        pass
