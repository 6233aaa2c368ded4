"""The thread that owns a model: the only caller of its tensors.

It serves the queue and steps the batch in turns: between two steps the queue
gets some time, and as much as a step takes where that is longer.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from weakref import ReferenceType, ref

import torch

from core.engine.batch import Batch
from core.engine.cores import Cores, cores_of_this_thread
from core.engine.decoding import Decoding
from core.engine.failures import unloaded
from core.engine.fair_queue import Ticket
from core.engine.forward import Forward, is_plain
from core.engine.hollow import hollow
from core.engine.idle import Idle
from core.engine.inbox import Inbox
from core.engine.memo import Memo
from core.engine.prefix_cache import PrefixCache
from core.engine.records import Records, log
from core.engine.requests import MORE, ComputeRequest, GenerateRequest, Request
from core.engine.sequences import Sequences
from core.engine.transformers_batch import TransformersBatch
from core.model.loaded import LoadedModel
from core.views.products import computed_by

#: Seconds that the queue gets between two steps, at least: thirty that come together join
#: together, and what pages wait for goes before texts, which still come faster than they are read.
TURN = 0.12
#: Seconds of one turn after which the thread counts as one that hangs: a layer of the largest
#: model read from disk takes less.
LONGEST_TURN = 300.0
#: Seconds of computing after which a request counts as one that leaves much behind.
UNTIDY = 0.05

#: Every owner thread that may still run, with its owner: an engine may be gone while its thread
#: still frees what it held.
_owners: list[tuple[threading.Thread, ReferenceType[Owner]]] = []


@atexit.register
def _close_all() -> None:
    """A thread inside PyTorch while the interpreter goes down would abort the process."""
    for _thread, reference in _owners:
        owner = reference()
        if owner is not None:
            owner.inbox.close()
    for thread, _reference in _owners:
        thread.join(5.0)


def _relieve(
    device: torch.device, lock: AbstractContextManager, memo: Memo, texts: PrefixCache | None
) -> None:
    """Memory ran out: everything that can be computed again is given back."""
    with lock:
        memo.clear()
        if texts is not None:
            texts.clear()
    if device.type == "cuda":
        torch.cuda.empty_cache()


@dataclass(frozen=True)
class Limits:
    """What the owner thread may hold and do at once.

    Attributes
    ----------
    batch : sequences stepped together
    kv_bytes : of the batch
    text_bytes : of texts that were read
    guesses : tokens guessed ahead in one pass
    """

    batch: int
    kv_bytes: int
    text_bytes: int
    guesses: int


class Owner:
    """The owner thread of one model, and what only it may touch.

    Attributes
    ----------
    forward : the fast pass; None for a model that is read by transformers
    texts : what was read; None with `forward`
    sequences, decoding : who is being generated, and how
    idle : what can wait
    cores : with how many threads it computes; None until it begins
    """

    def __init__(self, loaded: LoadedModel, inbox: Inbox, memo: Memo, limits: Limits) -> None:
        self.loaded, self.inbox = loaded, inbox
        self.forward = ours = Forward(loaded) if is_plain(loaded) else None
        # None of these knows its owner: a model that is unloaded is freed at once, without a
        # collection of cycles.
        new_batch = partial(Batch, ours) if ours else partial(TransformersBatch, loaded)
        self.sequences = Sequences(new_batch, inbox, limits.batch, limits.kv_bytes)
        self.texts: PrefixCache | None = None
        if self.forward is not None:
            kept = limits.text_bytes, inbox.wake, self.sequences.chunk, inbox.texts
            self.texts = PrefixCache(self.forward, *kept)
        relieve = partial(_relieve, loaded.device, inbox.wake, memo, self.texts)
        self.records = Records(loaded.key, relieve)
        self.decoding = Decoding(loaded, self.sequences, self.texts, self.records, limits.guesses)
        self.idle = Idle(self.forward)
        self.cores: Cores | None = None
        self.gives_back = False  # the weights, once it is closed
        self._current: Request | None = None
        self._step_seconds, self._turn_began = 0.0, None  # when; None while it rests
        self.thread = threading.Thread(target=self._run, name=f"engine {loaded.key}", daemon=True)

    def start(self) -> None:
        """Let the thread run."""
        self.thread.start()
        _owners[:] = [owner for owner in _owners if owner[0].is_alive()]
        _owners.append((self.thread, ref(self)))

    @property
    def path(self) -> str:
        """How a token is computed; see `Status`."""
        if self.forward is None:
            return "transformers"
        return "chosen products" if self.forward.fast else "modules"

    @property
    def busy(self) -> bool:
        """Whether a request runs or waits, or a sequence is being generated."""
        sequences = self.sequences
        waiting = len(self.inbox.queue)
        return bool(self._current or waiting or sequences.running or sequences.stalled)

    @property
    def healthy(self) -> bool:
        """Whether the thread is there and does not hang on one piece of work."""
        began = self._turn_began
        hangs = began is not None and time.monotonic() - began > LONGEST_TURN
        return self.thread.is_alive() and not hangs

    # --- the loop ---------------------------------------------------------------------------

    def _run(self) -> None:
        fast = self.forward.gemm if self.forward is not None and self.forward.fast else None
        # Both are of a thread: entered here, in the one that computes.
        with torch.inference_mode(), computed_by(fast):
            self.cores = cores_of_this_thread(self.loaded.device)
            while True:
                try:
                    self.cores.look()
                    if not self._turn():
                        break
                except BaseException as error:  # a fault of ours: no request may hang on it
                    log.exception("the engine's turn failed")
                    self._drop_all(lambda error=error: error)
        self._drop_all(unloaded)
        self.records.relieve()
        if self.gives_back:
            forward, self.forward = self.forward, None
            hollow(self.loaded, forward)

    def _drop_all(self, why: Callable[[], BaseException]) -> None:
        with self.inbox.wake:
            left: list[Request] = [*self.inbox.queue.clear(), *self.sequences.clear()]
            if self._current is not None:
                left.append(self._current)
            self._current = None
        for request in left:
            request.fail(request.context.run(why))

    def _turn(self) -> bool:
        """Some of the queue, then one step. False once the engine is closed."""
        inbox, sequences = self.inbox, self.sequences
        sequences.sweep()
        with inbox.wake:
            if inbox.closing:
                return False
            if inbox.relief:
                inbox.relief = False
                self.records.relieve()
                self.idle.untidy = True  # the holes go when the thread rests
            idle = not len(inbox.queue) and not sequences.running
        self._turn_began = None if idle else time.monotonic()
        if idle:
            self._rest()
            return True
        begin, turn = time.perf_counter(), max(self._step_seconds, TURN)
        while self._serve_one() and not inbox.closing:
            # With nobody generating the loop comes back for the next one anyway.
            if not sequences.running or time.perf_counter() - begin >= turn:
                break
        if sequences.running and not inbox.closing:
            begin = time.perf_counter()
            self.decoding.step()
            self._step_seconds = time.perf_counter() - begin
        return True

    def _rest(self) -> None:
        """Nobody waits: do what could wait, else sleep."""
        if self.idle.work():
            return
        waits = [5.0] if self.sequences.stalled else []
        left = self.idle.seconds_left()
        if left is not None:
            waits.append(left)
        inbox = self.inbox
        with inbox.wake:
            awake = len(inbox.queue) or inbox.closing or inbox.relief or self.sequences.any_awake()
            if not awake:
                inbox.wake.wait(timeout=min(waits, default=None))

    # --- the queue --------------------------------------------------------------------------

    def _serve_one(self) -> bool:
        """One piece of the first request in the queue that can go on; False if there is none."""
        taken = self._take()
        if taken is None:
            return False
        request, ticket = taken
        try:
            done = (
                self.decoding.advance(request)
                if isinstance(request, GenerateRequest)
                else self._compute(request)
            )
        except BaseException as error:
            self.records.failed(request, error)
            done = True
        with self.inbox.wake:
            self._current = None
            self.inbox.queue.served(request.each)
            if not done:
                self.inbox.queue.put_back(request, ticket)
        return True

    def _take(self) -> tuple[Request, Ticket] | None:
        """The first request that can go on, out of the queue; None if there is none."""
        queue, held, taken = self.inbox.queue, [], None
        with self.inbox.wake:
            while taken is None and len(queue):
                request, ticket = queue.pop()
                if request.dropped:
                    continue
                if isinstance(request, GenerateRequest) and not self.sequences.has_room(request):
                    held.append((request, ticket))
                else:
                    taken = request, ticket
            for waiting in held:
                queue.put_back(*waiting)
            self._current = None if taken is None else taken[0]
        return taken

    def _compute(self, request: ComputeRequest) -> bool:
        """Some of a request; False while there is more."""
        if not request.future.running() and not request.future.set_running_or_notify_cancel():
            return True
        result = request.advance()
        if result is MORE:
            return False
        self.records.report(request)
        self.idle.untidy |= request.spent > UNTIDY
        request.future.set_result(result)
        return True
