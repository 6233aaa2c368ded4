"""Questions by Ray Serve's handles."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import ray.exceptions as dead  # pyright: ignore[reportMissingImports]
from ray import serve  # pyright: ignore[reportMissingImports]
from ray.serve.exceptions import BackPressureError, RayServeException  # pyright: ignore[reportMissingImports]

from core.cluster.errors import ClusterLost, Full, Lost
from core.cluster.messages import Answer, Asked
from core.cluster.ray_connect import answers
from core.cluster.servant import Round
from core.engine.records import Status

T = TypeVar("T")
#: What a replica that died leaves behind.
_DEAD = (
    dead.RayActorError,
    dead.ActorUnavailableError,
    dead.WorkerCrashedError,
    dead.NodeDiedError,
    dead.OwnerDiedError,
    dead.ObjectLostError,
)
#: Seconds after which somebody who waits looks whether the cluster is still there.
SLICE = 3.0
#: Seconds for which the figures of replicas are taken for new.
_FRESH = 1.0


class Way:
    """How long is waited, and what Ray's errors mean to us.

    Parameters
    ----------
    address : of the cluster, for sentences
    lost : called when the cluster is away
    patience : seconds after which a question counts as unanswered
    """

    def __init__(self, address: str, lost: Callable[[], None], patience: float) -> None:
        self._address, self._lost, self._patience = address, lost, patience

    def asking(self, ask: Callable[[], T]) -> T:
        """What is asked of Ray.

        Raises
        ------
        Lost, Full, ClusterLost
        """
        try:
            return ask()
        except BackPressureError as error:
            raise Full() from error
        except _DEAD as error:  # of one replica, or of all
            raise (Lost() if answers() else self._away()) from error
        except (TimeoutError, Empty) as error:
            raise ClusterLost.silent(self._patience) from error
        except (RayServeException, dead.RayError) as error:
            raise self._away() from error

    def waited(self, wait: Callable[[float], T]) -> T:
        """What `wait` brings, one slice of time after the other while the cluster is there."""
        end = time.monotonic() + self._patience
        while True:
            try:
                return wait(min(SLICE, self._patience))
            except (TimeoutError, Empty):
                if not answers():
                    raise self._away() from None
                if time.monotonic() >= end:
                    raise

    def _away(self) -> ClusterLost:
        if not answers():
            self._lost()
        return ClusterLost.at(self._address)


class RayWire:
    """To the replicas of one model.

    Parameters
    ----------
    app : their name in Ray Serve
    address : of the cluster, for sentences
    lost : called when the cluster is away
    patience : seconds after which a question counts as unanswered
    """

    def __init__(
        self,
        app: str,
        address: str = "auto",
        lost: Callable[[], None] = lambda: None,
        patience: float = 60.0,
    ) -> None:
        self._handle = serve.get_app_handle(app)
        self._way = Way(address, lost, patience)
        self._statuses: Sequence[Status] = ()
        self._asked_at = -_FRESH
        self.statuses()  # whoever asks for them finds some

    def call(self, asked: Asked, sticky: str) -> Answer:
        """See `core.cluster.wire.Wire`."""
        handle = self._handle.options(method_name="answer", multiplexed_model_id=sticky)
        return self._way.asking(lambda: self._called(handle, asked))

    def _called(self, handle: Any, asked: Asked) -> Answer:
        response = handle.remote(asked)
        try:
            return self._way.waited(lambda seconds: response.result(timeout_s=seconds))
        except (TimeoutError, ClusterLost):
            with suppress(Exception):  # the cluster may be away
                response.cancel()
            raise

    def stream(self, asked: Asked, sticky: str) -> RayRounds:
        """See `core.cluster.wire.Wire`."""
        handle = self._handle.options(
            method_name="rounds", stream=True, multiplexed_model_id=sticky
        )
        return RayRounds(self._way.asking(lambda: handle.remote(asked)), self._way)

    def statuses(self) -> Sequence[Status]:
        """See `core.cluster.wire.Wire`."""
        if time.monotonic() - self._asked_at > _FRESH:
            self._asked_at = time.monotonic()
            threading.Thread(target=self._look, daemon=True).start()
        return self._statuses

    def places(self) -> list[str]:
        """Machine and process of each replica; waits for them."""
        told = self._handle.broadcast("where").results(timeout_s=5, return_exceptions=True)
        return [place for place in told if isinstance(place, str)]

    def _look(self) -> None:
        with suppress(Exception):  # nobody waits for it: what was known stays
            told = self._handle.broadcast("status").results(timeout_s=5, return_exceptions=True)
            self._statuses = [status for status in told if isinstance(status, Status)]


class RayRounds:
    """What a replica streams, read by a thread: it cannot be waited for with a limit otherwise."""

    def __init__(self, rounds: Any, way: Way) -> None:
        self._rounds, self._way = rounds, way
        self._came: SimpleQueue[Callable[[], Round]] = SimpleQueue()
        self._closed = False
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        try:
            for made in self._rounds:
                if isinstance(made, Answer):
                    self._came.put(made.opened)
                    return
                self._came.put(lambda made=made: made)
            error: BaseException = StopIteration()
        except BaseException as raised:
            error = raised
        self._came.put(lambda: _raise(error))

    def __next__(self) -> Round:
        if self._closed:
            raise StopIteration
        return self._way.asking(self._next)

    def _next(self) -> Round:
        return self._way.waited(lambda seconds: self._came.get(timeout=seconds))()

    def close(self) -> None:
        """Nobody reads on: the replica is told."""
        if not self._closed:
            self._closed = True
            with suppress(Exception):  # the cluster is away: nobody is there to be told
                self._rounds.cancel()


def _raise(error: BaseException) -> Round:
    raise error
