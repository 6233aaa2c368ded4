"""A Ray cluster as a pool and the rooms see it."""

from __future__ import annotations

from collections.abc import Callable

from ray import serve  # pyright: ignore[reportMissingImports]

from core.cluster import ray_connect
from core.cluster.ray_wire import RayWire
from core.cluster.remote import Remote
from core.cluster.serving import app_of, key_of_app
from core.settings import Settings


class RayCluster:
    """The cluster that a setting names.

    Parameters
    ----------
    settings : `backend` is its address
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def find(self) -> None:
        """Connect; raises `ClusterLost`."""
        ray_connect.connect(self._settings.backend)

    def models(self) -> list[str]:
        """The models that are served."""
        try:
            apps = serve.status().applications
        except Exception:  # Serve does not run there: nothing is served
            return []
        return [key for name in apps if (key := key_of_app(name)) is not None]

    def remote(self, key: str, lost: Callable[[], None]) -> Remote:
        """The backend of a model that is served."""
        wire = RayWire(app_of(key), self._settings.backend, lost, self._settings.cluster_timeout)
        return Remote(wire, self._settings.cache_mb * 2**20 // 4)

    def leave(self) -> None:
        """Forget it."""
        ray_connect.leave()
