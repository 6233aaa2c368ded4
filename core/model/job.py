"""A load in a thread of its own, beside the sessions that wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.language import context_of_now
from core.model.progress import LoadProgress

if TYPE_CHECKING:  # torch takes seconds to import: it is left to the thread that loads a model
    from core.model.loaded import LoadedModel


class LoadCancelled(Exception):
    """The load was left; not an error for anybody's eyes."""


class LoadJob:
    """A load in a thread of its own.

    Parameters
    ----------
    key : what to load
    loader : called as ``loader(key, progress=...)``; an exception out of ``progress`` must end it
    finish : makes the result; called with the job and what was loaded
    before_weights : called once, before the weights are read
    """

    def __init__(
        self,
        key: str,
        loader: Callable[..., LoadedModel],
        finish: Callable[[LoadJob, LoadedModel], Any] = lambda _job, loaded: loaded,
        before_weights: Callable[[LoadJob], None] = lambda _job: None,
    ) -> None:
        self.key = key
        self.error: Exception | None = None
        self._loader, self._finish, self._before_weights = loader, finish, before_weights
        self._progress = LoadProgress("connecting")
        self._result: Any = None
        self._cancelled = threading.Event()
        self._done = threading.Event()
        # The thread speaks the language of the session that started it; others may wait, too.
        context = context_of_now(many=True)
        self._thread = threading.Thread(
            target=context.run, args=(self._run,), name=f"load {key}", daemon=True
        )

    def start(self) -> LoadJob:
        """Begin; returns the job."""
        self._thread.start()
        return self

    @property
    def progress(self) -> LoadProgress:
        """How far it is."""
        return self._progress

    @property
    def done(self) -> bool:
        """Whether it ended, well or not."""
        return self._done.is_set()

    @property
    def cancelled(self) -> bool:
        """Whether it was left."""
        return self._cancelled.is_set()

    def cancel(self) -> None:
        """Leave it: a download ends within a second, and what was loaded is dropped."""
        self._cancelled.set()

    def check(self) -> None:
        """Raise `LoadCancelled` if the load was left."""
        if self._cancelled.is_set():
            raise LoadCancelled(self.key)

    def result(self, timeout: float | None = None) -> Any:
        """What was loaded; waits for it.

        Raises
        ------
        LearnerError
            What went wrong.
        LoadCancelled
            If the load was left.
        TimeoutError
            If it takes longer than `timeout` seconds.
        """
        if not self._done.wait(timeout):
            raise TimeoutError(f"{self.key} is still loading")
        if self.error is not None:
            raise self.error
        return self._result

    def _tell(self, progress: LoadProgress) -> None:
        self.check()
        first = progress.stage == "weights" and self._progress.stage != "weights"
        self._progress = progress
        if first:
            self._before_weights(self)

    def _run(self) -> None:
        try:
            loaded = self._loader(self.key, progress=self._tell)
            self.check()
            self._result = self._finish(self, loaded)
        except Exception as error:  # shown to whoever asks for the result
            self.error = error
        finally:
            self._done.set()
