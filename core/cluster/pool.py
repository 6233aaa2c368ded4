"""The models of a cluster, as `core.model.pool.ModelPool` gives out those of this process."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from core.cluster.errors import ClusterLost, OtherVersion
from core.errors import UnknownModel
from core.language import _, on_one_line
from core.model.catalogue import canonical
from core.model.job import LoadJob
from core.model.progress import LoadProgress, Progress

if TYPE_CHECKING:  # torch takes seconds to import: it is left to the thread that connects
    from core.cluster.remote import Remote
    from core.engine.backend import Backend
    from core.engine.engine import Engine
    from core.model.pool import ModelPool

#: Seconds for which a cluster that was lost is not looked for again.
REST = 15.0


class Cluster(Protocol):
    """What a pool needs of a cluster; `ray_cluster` has it."""

    def find(self) -> None:
        """Connect; raises `ClusterLost`."""
        ...

    def models(self) -> list[str]:
        """Names of the models that are served."""
        ...

    def remote(self, key: str, lost: Callable[[], None]) -> Remote:
        """The backend of one of them; calls `lost` once the cluster is away."""
        ...

    def leave(self) -> None: ...


class ClusterPool:
    """Backends of a cluster's models.

    Parameters
    ----------
    local : takes over where the cluster is away, if the host wants that; None for a sentence
    ready : called once a model was found
    clock : seconds; another one in tests
    """

    def __init__(
        self,
        cluster: Cluster,
        local: ModelPool[Engine] | None = None,
        *,
        ready: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._cluster, self._local, self._clock = cluster, local, clock
        self._ready = ready
        self._lock = threading.Lock()
        self._remotes: dict[str, Remote] = {}
        self._jobs: dict[str, LoadJob] = {}
        self._lost_at, self._was_lost = 0.0, False

    def get_or_start(self, key: str) -> Backend | LoadJob:
        """The backend of a model, or the job that finds it; see `ModelPool.get_or_start`."""
        name = canonical(key)
        with self._lock:
            if name in self._remotes:
                return self._remotes[name]
            if self._local is None or not self._was_lost:
                return self._job(name)
            if self._clock() - self._lost_at >= REST:
                self._look_again(name)
        return self._local.get_or_start(key)

    def _look_again(self, name: str) -> None:
        """Look for a cluster that was lost, while models run here. Needs the lock."""
        job = self._jobs.get(name)
        if job is not None and job.done:
            del self._jobs[name]
        self._job(name)

    def _job(self, name: str) -> LoadJob:
        """The job that finds a model. Needs the lock."""
        job = self._jobs.get(name)
        if job is None:
            job = self._jobs[name] = LoadJob(name, self._find, self._found)  # type: ignore[arg-type]
            job.start()
        return job

    def _find(self, name: str, progress: Progress) -> Backend:
        progress(LoadProgress("cluster"))
        try:
            remote = self._found_there(name)
        except (ClusterLost, OtherVersion, UnknownModel):
            if self._local is None:
                raise
            with self._lock:
                self._lost_at, self._was_lost = self._clock(), True
            here = self._local.get_or_start(name)
            return here.result() if isinstance(here, LoadJob) else here
        with self._lock:
            self._remotes[name] = remote
        return remote

    def _found_there(self, name: str) -> Remote:
        self._cluster.find()
        served = self._cluster.models()
        if name not in served:
            raise _not_served(name, served)
        return self._cluster.remote(name, self._lose)

    def _found(self, job: LoadJob, backend: Any) -> Any:
        self._ready()
        with self._lock:
            self._jobs.pop(job.key, None)
        return backend

    def _lose(self) -> None:
        """The cluster is away: what there was of it is forgotten, and looked for anew."""
        with self._lock:
            if not self._remotes:
                return
            self._remotes.clear()
            self._lost_at, self._was_lost = self._clock(), True
        self._cluster.leave()

    def forget(self, key: str) -> None:
        """Let the next who asks look anew for a model that was not found."""
        with self._lock:
            self._jobs.pop(canonical(key), None)
        if self._local is not None:
            self._local.forget(key)

    def keys(self) -> list[str]:
        """The models that were found."""
        with self._lock:
            return list(self._remotes)

    def engines(self) -> list[Any]:
        """Their backends, and those of this process that took over."""
        with self._lock:
            found = list(self._remotes.values())
        return [*found, *(self._local.engines() if self._local is not None else [])]

    def relieve(self, idle: float = 0.0) -> None:
        """Give back what is kept here; what replicas keep is their machines' own."""
        with self._lock:
            remotes = list(self._remotes.values())
        for remote in remotes:
            remote.relieve()
        if self._local is not None:
            self._local.relieve(idle)

    def shrink(self) -> bool:
        """Give back a model of this process; see `ModelPool.shrink`."""
        return self._local is not None and self._local.shrink()

    def close(self) -> None:
        """Let go of the cluster."""
        with self._lock:
            self._remotes.clear()
            self._jobs.clear()
        if self._local is not None:
            self._local.close()


def _not_served(name: str, served: list[str]) -> UnknownModel:
    said = _("The cluster does not serve {name}.").format(name=on_one_line(name))
    if not served:  # as long as nobody has deployed anything
        cure = _("Try again in a moment; if it stays so, tell whoever runs this server.")
        return UnknownModel(said, cure)
    listed = ", ".join(sorted(served))
    return UnknownModel(said, _("Choose one that it serves: {models}.").format(models=listed))
