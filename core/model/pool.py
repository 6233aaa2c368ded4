"""The models in memory, and the loads under way: one copy of the weights for all sessions."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from core.errors import Busy
from core.language import _
from core.model.catalogue import canonical, find
from core.model.job import LoadCancelled, LoadJob
from core.model.progress import LoadProgress, Progress
from core.settings import Settings, load_settings

if TYPE_CHECKING:  # torch takes seconds to import: it is left to the thread that loads a model
    from core.model.loaded import LoadedModel

#: Seconds that a model counts as at work after a session asked for it: a page asks for the
#: engine first and only then puts its requests.
_IN_HAND = 5.0
#: Seconds that a load waits for another model to come to rest.
_PATIENCE = 60.0
#: Seconds for which a failure is shared: of thirty sessions that wait for one load, the first to
#: see it fail must not start it again for the second.
_SHARED_FAILURE = 2.0


class Held(Protocol):
    """An engine as the pool sees it."""

    @property
    def loaded(self) -> LoadedModel: ...

    @property
    def busy(self) -> bool:
        """Whether somebody waits for it now."""
        ...

    @property
    def seconds_idle(self) -> float:
        """Since anybody asked for anything."""
        ...

    def relieve(self) -> None:
        """Give back what can be computed again."""
        ...

    def close(self, *, give_back: bool = False) -> None: ...


E = TypeVar("E", bound=Held)


class ModelPool(Generic[E]):
    """The models in memory, one copy each for all sessions.

    Parameters
    ----------
    factory : makes an engine out of a loaded model
    settings : `max_models` bounds how many are held; the process's own if None
    loader : `core.model.load.load_model`, or another in tests
    clock : seconds; another one in tests
    """

    def __init__(
        self,
        factory: Callable[[LoadedModel], E],
        settings: Settings | None = None,
        *,
        loader: Callable[..., LoadedModel] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factory = factory
        self._settings = settings or load_settings()
        self._loader = loader or self._load
        self._clock = clock
        self._lock = threading.RLock()
        self._engines: OrderedDict[str, E] = OrderedDict()  # least recently used first
        self._asked: dict[str, float] = {}
        self._jobs: dict[str, LoadJob] = {}
        self._forgotten: dict[str, float] = {}
        self._entering: list[LoadJob] = []  # room was made for these

    def get_or_start(self, key: str) -> E | LoadJob:
        """The engine of a model, or the job that loads it, started by the first who asks.

        A job that failed is given to everybody who asks until `forget`.

        Raises
        ------
        UnknownModel, BadCheckpoint
            If there is no such model, or the host does not allow it.
        """
        name = canonical(key)
        with self._lock:
            if (found := self._there(name)) is not None:
                return found
        find(name, self._settings)  # may look at files: not under the lock
        with self._lock:
            if (found := self._there(name)) is not None:
                return found
            job = LoadJob(name, self._loader, self._admit, self._make_room)
            self._jobs[name] = job
            return job.start()

    def forget(self, key: str) -> None:
        """Let the next who asks start a load anew that failed or was left."""
        name = canonical(key)
        with self._lock:
            job = self._jobs.get(name)
            if job is not None and job.cancelled:
                del self._jobs[name]
            elif job is not None and job.done:
                self._forgotten.setdefault(name, self._clock())

    def keys(self) -> list[str]:
        """The models in memory, least recently used first."""
        with self._lock:
            return list(self._engines)

    def engines(self) -> list[E]:
        """Their engines, in the same order."""
        with self._lock:
            return list(self._engines.values())

    def relieve(self, idle: float = 0.0) -> None:
        """Let the models give back what they remember.

        Parameters
        ----------
        idle : only those for which nobody has asked for so many seconds
        """
        for engine in self.engines():
            if engine.seconds_idle >= idle:
                engine.relieve()

    def shrink(self) -> bool:
        """Give back the least recently used model that rests; never the last one.

        Returns
        -------
        bool
            Whether there was one.
        """
        with self._lock:
            found = self._resting()[:1] if len(self._engines) > 1 else []
            for name in found:
                self._release(name)
        return bool(found)

    def close(self) -> None:
        """Leave all loads and give all models back."""
        with self._lock:
            for job in self._jobs.values():
                job.cancel()
            self._jobs.clear()
            for name in list(self._engines):
                self._release(name)

    # --- inside ---------------------------------------------------------------------------

    def _there(self, name: str) -> E | LoadJob | None:
        """What there is of a model. Needs the lock."""
        if (engine := self._engines.get(name)) is not None:
            self._touch(name)
            return engine
        job = self._jobs.get(name)
        since = self._forgotten.get(name)
        if job is None or job.cancelled:
            return None
        if since is not None and self._clock() - since >= _SHARED_FAILURE:
            del self._forgotten[name], self._jobs[name]
            return None
        return job

    def _touch(self, name: str) -> None:
        self._engines.move_to_end(name)
        self._asked[name] = self._clock()

    def _load(self, key: str, progress: Progress) -> LoadedModel:
        progress(LoadProgress("importing"))
        from core.model.load import load_model  # torch: seconds, and only where a model is loaded

        return load_model(
            key, progress=progress, settings=self._settings, reclaimable=self._reclaimable()
        )

    def _resting(self) -> list[str]:
        """Models that nobody uses now, least recently used first. Needs the lock."""
        now = self._clock()
        return [
            name
            for name, engine in self._engines.items()
            if not engine.busy and now - self._asked[name] >= _IN_HAND
        ]

    def _surplus(self) -> int:
        """Models to give back before one more comes in. Needs the lock."""
        self._entering = [job for job in self._entering if not job.done]
        held = len(self._engines) + len(self._entering)
        return max(0, held + 1 - self._settings.max_models)

    def _reclaimable(self) -> int:
        """Bytes that making room will give back."""
        with self._lock:
            leaving = list(self._engines.values())[: self._surplus()]
        return sum(engine.loaded.n_bytes for engine in leaving)

    def _make_room(self, job: LoadJob) -> None:
        """Give back the least recently used models until one more may come in.

        Raises
        ------
        Busy
            If all of them stay at work.
        """
        deadline = self._clock() + _PATIENCE
        while True:
            job.check()
            with self._lock:
                for name in self._resting()[: self._surplus()]:
                    self._release(name)
                if not self._surplus():
                    self._entering.append(job)
                    return
            if self._clock() >= deadline:
                raise Busy(
                    _("All the models in memory are at work, and no more than {n} fit.").format(
                        n=self._settings.max_models
                    ),
                    _("Try again in a minute, or use a model that is already there."),
                )
            time.sleep(0.05)

    def _release(self, name: str) -> None:
        engine = self._engines.pop(name)
        self._asked.pop(name, None)
        # A tab that nobody looks at still knows it, and must not keep its weights.
        engine.close(give_back=True)

    def _admit(self, job: LoadJob, loaded: LoadedModel) -> E:
        engine = self._factory(loaded)
        with self._lock:
            if job in self._entering:
                self._entering.remove(job)
            if self._jobs.get(job.key) is not job or job.cancelled:
                engine.close()
                raise LoadCancelled(job.key)
            del self._jobs[job.key]
            self._forgotten.pop(job.key, None)
            self._engines[job.key] = engine
            self._touch(job.key)
        return engine
