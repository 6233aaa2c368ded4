"""Runs the loaded model for every browser session; the only caller of forward.

One owner thread per loaded model. Requests wait in a fair queue; sequences that
generate at the same time are stepped together as one batch, and between two
steps the queue gets about as much time as a step takes. What is computed is
remembered, in bytes, for all sessions; a text that begins like an earlier one
is read from where they part.
"""

from __future__ import annotations

import atexit
import json
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from contextvars import Context, copy_context
from dataclasses import dataclass, fields, is_dataclass
from queue import SimpleQueue
from typing import Any, TypeVar
from weakref import ReferenceType, ref

import numpy as np
import torch
from cachetools import LRUCache

from core.engine.batch import Batch
from core.engine.fair_queue import FairQueue, current_client
from core.engine.forward import Forward, is_plain
from core.engine.kv_cache import Slot
from core.engine.prefill import ALONE, CHUNK, Prefilled, common_prefix, prefill
from core.engine.prompt_lookup import PromptLookup
from core.engine.transformers_batch import TransformersBatch
from core.errors import Busy, LearnerError, OutOfRange, RequestFailed
from core.language import _
from core.model.bounds import check_ids
from core.model.loaded import LoadedModel
from core.model.memory import give_back, tune_allocator
from core.sampling.generation import (
    Candidates,
    Chosen,
    Sampler,
    Step,
    candidates_of,
    choose,
    choose_many,
)
from core.sampling.stages import SamplingSettings
from core.tokens.encoding import encode
from core.tokens.label import piece
from core.tokens.vocabulary import token_bytes
from core.views.attention import LayerAttention, layer_attention
from core.views.logit_lens import LogitLens
from core.views.logit_lens_frugal import logit_lens
from core.views.trace import Trace, capture

T = TypeVar("T")
log = logging.getLogger("gpt2_hood.engine")

#: What a view counts in the queue, in rows of a capture.
VIEW_COST = 16
#: Steps that a sequence may be ahead of whoever reads it; twice what one pass can make.
AHEAD = 16
#: Tokens of a text that repeats itself that are guessed and checked in one pass: eight rows take
#: two to three times as long as one.
GUESSES = 7
#: Tokens after which a sequence makes room for one that waits.
QUANTUM = 32
#: Seconds that the queue gets between two steps, at least: thirty that come together sit down
#: together, instead of one more with each step.
TURN = 0.03
#: Seconds of computing after which a request counts as one that leaves much behind.
UNTIDY = 0.05
#: Seconds after which an idle engine measures the machine once more: a server's start is busy.
AGAIN = 60.0
#: Seconds after which an iterator that nobody reads loses its memory.
PATIENCE = 60.0


_MORE = object()  # a job's piece that is not its result


def size_of(value: Any) -> int:
    """Bytes held by the arrays inside a result (dataclasses, tuples, dicts), plus a little."""
    if isinstance(value, np.ndarray):
        return value.nbytes + 128
    if isinstance(value, Prefilled):
        return value.n_bytes + 128
    if is_dataclass(value) and not isinstance(value, type):
        return 128 + sum(size_of(getattr(value, f.name)) for f in fields(value))
    if isinstance(value, tuple | list):
        return 64 + sum(size_of(v) for v in value)
    if isinstance(value, dict):
        return 64 + sum(size_of(v) for v in value.values())
    return 64


def _key(value: Any) -> Hashable:
    # A trace is known by its ids: an evicted and recomputed trace is the same one.
    return ("trace", value.token_ids) if isinstance(value, Trace) else value


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory ran out, of the processor or of a GPU."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    # torch reports a failed allocation on the processor as a plain RuntimeError.
    return isinstance(error, RuntimeError) and "memory" in str(error).lower()


def as_learner_error(error: BaseException) -> BaseException:
    """Failures of the machine as a sentence; programmers' mistakes stay what they are."""
    if isinstance(error, LearnerError):
        return error
    if out_of_memory(error):
        failed = RequestFailed(
            _("The memory was not enough for this request."),
            _("Shorten the text or choose a smaller model; nothing else was touched."),
        )
    elif isinstance(error, RuntimeError | OSError):
        failed = RequestFailed(
            _("The model could not finish this request."),
            _("Try again; if it fails again, change the text or choose another model."),
        )
    else:
        return error
    failed.__cause__ = error
    return failed


def unloaded() -> RequestFailed:
    """The model left while a request waited or ran."""
    return RequestFailed(
        _("The model was unloaded before it finished this request."),
        _("Try again: it is loaded once more."),
    )


@dataclass(frozen=True)
class Status:
    """What the person who runs a class wants to see.

    Attributes
    ----------
    model, device, dtype : as loaded
    path : "chosen products", "modules" or "transformers": how a token is computed
    weight_bytes, cache_bytes, kv_bytes : held now
    generating, waiting : sequences in the batch; requests in the queue
    clients : sessions that asked for something in the last minute
    tokens_per_second : generated for all together in the last ten seconds
    tokens, hits, misses, failures : since the model was loaded; hits and misses of the cache
    """

    model: str
    device: str
    dtype: str
    path: str
    weight_bytes: int
    cache_bytes: int
    kv_bytes: int
    generating: int
    waiting: int
    clients: int
    tokens_per_second: float
    tokens: int
    hits: int
    misses: int
    failures: int


class _Job:
    """A request that ends with one result. `pieces` yields `_MORE` until the result.

    `cost` is that of all pieces, `each` that of one; a long text's are of `CHUNK` rows.
    """

    def __init__(
        self, name: str, cost: float, pieces: Iterator[Any], each: float | None = None
    ) -> None:
        self.name, self.cost, self.pieces = name, cost, pieces
        self.each = min(cost, CHUNK) if each is None else each
        self.client = current_client()
        self.future: Future = Future()
        self.context: Context = copy_context()  # the session's language, for errors
        self.begun = time.monotonic()
        self.spent = 0.0

    @property
    def dropped(self) -> bool:
        return self.future.cancelled()

    def fail(self, error: BaseException) -> None:
        if not self.future.done():
            self.future.set_exception(self.context.run(as_learner_error, error))


class _Stream:
    """A sequence that is being generated, and the iterator that reads it."""

    def __init__(
        self, ids: tuple[int, ...], settings: SamplingSettings, seed: int, limit: int, stop: bool
    ) -> None:
        self.name, self.cost = "generate", float(len(ids))
        self.each = min(self.cost, CHUNK)
        self.ids, self.settings, self.limit, self.stop = ids, settings, limit, stop
        self.rng = np.random.default_rng(seed)
        self.lookup = PromptLookup(ids)
        self.client = current_client()
        self.context: Context = copy_context()
        self.begun = time.monotonic()
        self.out: SimpleQueue = SimpleQueue()
        self.made = self.taken = 0
        self.turn = 0  # tokens since it was seated
        self.closed = False  # by its reader
        self.ended = False  # by us
        self.stalled_since: float | None = None
        self.slot: Slot | None = None
        self.parked: Any = None
        self.pieces: Iterator[Prefilled | None] | None = None

    @property
    def dropped(self) -> bool:
        return self.closed

    @property
    def sampler(self) -> Sampler:
        return Sampler(self.settings, self.ids, self.rng)

    @property
    def is_ahead(self) -> bool:
        return self.made - self.taken >= AHEAD

    @property
    def is_caught_up(self) -> bool:
        return self.made - self.taken <= AHEAD // 2

    def fail(self, error: BaseException) -> None:
        self.ended = True
        self.out.put(self.context.run(as_learner_error, error))


class _Reader:
    """The steps of a sequence that is in the queue; closing or dropping it frees the place."""

    def __init__(self, engine: Engine, stream: _Stream) -> None:
        self._engine, self._stream = engine, stream

    def __iter__(self) -> _Reader:
        return self

    def __next__(self) -> Step:
        stream = self._stream
        if stream.closed:
            raise StopIteration
        step = stream.out.get()
        if step is None or isinstance(step, BaseException):
            self.close()
            raise StopIteration if step is None else step
        stream.taken += 1
        if stream.stalled_since is not None and stream.is_caught_up:
            self._engine._notify()
        return step

    def close(self) -> None:
        """Nobody reads on."""
        if not self._stream.closed:
            self._stream.closed = True
            self._engine._notify()

    def __del__(self) -> None:
        self.close()


#: Every owner thread that may still run, with its engine: an engine may be gone while its thread
#: still frees what it held.
_owners: list[tuple[threading.Thread, ReferenceType[Engine]]] = []


@atexit.register
def _close_all() -> None:
    """A thread inside PyTorch while the interpreter goes down would abort the process."""
    for _thread, reference in _owners:
        engine = reference()
        if engine is not None:
            engine.close()
    for thread, _reference in _owners:
        thread.join(5.0)


class Engine:
    """A loaded model and the thread that runs it.

    Parameters
    ----------
    loaded : as `core.model.load.load_model` returns it
    cache_bytes : results and texts kept for everybody, half each
    queue_limit : requests that may wait
    batch_limit : sequences stepped together
    kv_bytes : keys and values of the sequences in the batch; one may always sit
    max_new_tokens : longest continuation; None for no limit but the context
    guesses : tokens guessed ahead where a sequence that is alone repeats itself
    """

    def __init__(
        self,
        loaded: LoadedModel,
        *,
        cache_bytes: int = 512 * 2**20,
        queue_limit: int = 256,
        batch_limit: int = 32,
        kv_bytes: int = 2**30,
        max_new_tokens: int | None = None,
        guesses: int = GUESSES,
    ) -> None:
        tune_allocator()
        self.loaded = loaded
        self.key = loaded.key
        self.shape = loaded.shape
        self.tokenizer = loaded.tokenizer
        self._limits = (queue_limit, batch_limit, kv_bytes, max_new_tokens)
        self._guesses = guesses
        self._memo: LRUCache = LRUCache(cache_bytes // 2, getsizeof=size_of)
        self._texts: LRUCache = LRUCache(cache_bytes // 2, getsizeof=size_of)
        self._flying: dict[Hashable, Future] = {}
        self._forward = Forward(loaded) if is_plain(loaded) else None
        self._batch: Any = Batch(self._forward) if self._forward else TransformersBatch(loaded)
        self._measuring = self._forward.measure() if self._forward else iter(())
        self.measured = threading.Event()  # the products were chosen; for benchmarks
        self._again: float | None = None  # when they are measured once more
        # Reentrant: an iterator may be closed by the garbage collector inside of us.
        self._wake = threading.Condition(threading.RLock())
        self._queue: FairQueue[_Job | _Stream] = FairQueue()
        self._seated: list[_Stream] = []
        self._stalled: list[_Stream] = []
        self._current: _Job | _Stream | None = None
        self._closing = False
        self._step_seconds = 0.0
        self._untidy = False  # a long request may have left holes in the heap
        self._last_candidates: tuple[Hashable, Candidates] | None = (
            None  # of a text's logits, by its ids
        )
        self._made: deque[tuple[float, int]] = deque(maxlen=4096)
        self._seen: dict[str, float] = {}
        self._counts = {"tokens": 0, "hits": 0, "misses": 0, "failures": 0}
        self._thread = threading.Thread(target=self._run, name=f"engine {self.key}", daemon=True)
        self._thread.start()
        _owners[:] = [owner for owner in _owners if owner[0].is_alive()]
        _owners.append((self._thread, ref(self)))

    # --- what pages ask for -------------------------------------------------------------

    def ids(self, text_or_ids: str | tuple[int, ...] | list[int]) -> tuple[int, ...]:
        """Token ids of a text; ids are passed through."""
        if isinstance(text_or_ids, str):
            return tuple(t.id for t in encode(self.tokenizer, text_or_ids))
        return tuple(int(i) for i in text_or_ids)

    def trace(self, text_or_ids: str | tuple[int, ...] | list[int]) -> Trace:
        """Run the model once over a text.

        Raises
        ------
        EmptyPrompt, TooManyTokens
            Before anything is run.
        ValueError
            If an id is outside the vocabulary.
        """
        ids = self.ids(text_or_ids)
        check_ids(ids, self.shape.n_ctx, self.shape.n_vocab)
        return self._remembered(
            ("trace", ids), lambda: _Job("trace", len(ids), self._trace_pieces(ids))
        )

    def attention(self, trace: Trace, layer: int) -> LayerAttention:
        """All heads of one layer; see `core.views.attention.layer_attention`."""
        return self.view(layer_attention, trace, layer)

    def logit_lens(
        self,
        trace: Trace,
        start: int = 0,
        stop: int | None = None,
        top: int = 10,
        watched: tuple[int, ...] = (),
    ) -> LogitLens:
        """The top tokens at (n_layer + 1, window) places; see `core.views.logit_lens`."""
        stop = trace.n_ctx if stop is None else stop
        return self.view(logit_lens, trace, start, stop, top, watched)

    def view(self, function: Callable[..., T], *args: Any) -> T:
        """``function(loaded, *args)`` on the owner thread, computed once for all sessions.

        Parameters
        ----------
        function : a pure function of a core module; takes the LoadedModel first
        args : hashable (numbers, text, tuples, frozen dataclasses) or a Trace

        Returns
        -------
        The function's result; its arrays are shared, so they must be read-only.

        Raises
        ------
        Busy, RequestFailed
            And whatever the function raises for learners or programmers.
        """
        key = (f"{function.__module__}.{function.__qualname__}", *map(_key, args))
        return self._remembered(key, lambda: self._job(function, args))

    def views(self, function: Callable[..., T], asked: Sequence[tuple]) -> tuple[T, ...]:
        """`view` for several arguments in one request: one place in the queue, one wait.

        Others come in between two of them.

        Parameters
        ----------
        asked : for each result what comes after the LoadedModel
        """

        def pieces() -> Iterator[Any]:
            made = []
            for args in asked:
                if made:
                    yield _MORE
                made.append(function(self.loaded, *args))
            yield tuple(made)

        name = f"{function.__module__}.{function.__qualname__}"
        key = ("views", name, *(tuple(map(_key, args)) for args in asked))
        cost = VIEW_COST * len(asked)
        return self._remembered(
            key, lambda: _Job(function.__qualname__, cost, pieces(), each=VIEW_COST)
        )

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Like `view`, but not remembered."""
        if threading.current_thread() is self._thread:
            return function(self.loaded, *args)
        return self.submit(function, *args).result()

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Queue ``function(loaded, *args)``; a future that is cancelled in time is never run.

        Raises
        ------
        Busy
            If too many requests wait.
        """
        job = self._job(function, args)
        self._enter(job)
        return job.future

    def generate(
        self,
        text_or_ids: str | tuple[int, ...] | list[int],
        settings: SamplingSettings,
        *,
        seed: int = 0,
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> Iterator[Step]:
        """Continue a text token by token, in one batch with everybody else's.

        Stops at ``<|endoftext|>`` (which is yielded), after `max_new_tokens`, or
        when the context is full. Closing the iterator, or dropping it, frees its
        place before the next step. The same seed gives the same tokens whoever
        else generates, but for choices that hang on the last digit.

        Raises
        ------
        EmptyPrompt, TooManyTokens, OutOfRange
            At once.
        Busy, RequestFailed
            From the iterator.
        """
        ids = self._checked(text_or_ids, max_new_tokens)
        return self._stream(ids, settings, seed, max_new_tokens, stop_at_end_of_text)

    def generate_many(
        self,
        text_or_ids: str | tuple[int, ...] | list[int],
        settings: SamplingSettings,
        *,
        seeds: Sequence[int],
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
    ) -> list[Iterator[Step]]:
        """Several continuations of one text, in one batch from the first token on.

        Like `generate` once for each seed, but all are in the queue before the first
        is read. Close the iterators, also those that were never read.

        Raises
        ------
        EmptyPrompt, TooManyTokens, OutOfRange, Busy
            At once.
        RequestFailed
            From an iterator.
        """
        ids = self._checked(text_or_ids, max_new_tokens)
        if max_new_tokens < 1:
            return [iter(()) for _seed in seeds]
        streams = [
            _Stream(ids, settings, seed, max_new_tokens, stop_at_end_of_text) for seed in seeds
        ]
        with self._wake:  # all or none, and the owner thread sees them all at once
            self._check_room(len(streams))
            for stream in streams:
                self._enter(stream)
        return [_Reader(self, stream) for stream in streams]

    def _checked(
        self, text_or_ids: str | tuple[int, ...] | list[int], max_new_tokens: int
    ) -> tuple[int, ...]:
        """The ids of a text that may be continued so far."""
        ids = self.ids(text_or_ids)
        check_ids(ids, self.shape.n_ctx, self.shape.n_vocab)
        most = self._limits[3]
        if most is not None and max_new_tokens > most:
            raise OutOfRange(
                _("{n:,} new tokens are too many: this server makes at most {limit:,}.").format(
                    n=max_new_tokens, limit=most
                ),
                _("Ask for fewer, and continue from there."),
            )
        return ids

    def _stream(
        self, ids: tuple[int, ...], settings: SamplingSettings, seed: int, limit: int, stop: bool
    ) -> Iterator[Step]:
        if limit < 1:
            return
        stream = _Stream(ids, settings, seed, limit, stop)
        self._enter(stream)
        with closing(_Reader(self, stream)) as steps:
            yield from steps

    # --- seen from outside ----------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a request runs or waits, or a sequence is being generated."""
        return bool(self._current or len(self._queue) or self._seated or self._stalled)

    def status(self) -> Status:
        """Figures of the moment; never waits for the owner thread."""
        now = time.monotonic()
        recent = [(t, n) for t, n in list(self._made) if now - t <= 10.0]
        since = now - recent[0][0] if recent else 0.0
        path = "transformers" if self._forward is None else "modules"
        if self._forward is not None and self._forward.fast:
            path = "chosen products"
        with self._wake:
            clients = sum(now - seen <= 60.0 for seen in self._seen.values())
            return Status(
                model=self.key,
                device=str(self.loaded.device),
                dtype=str(self.loaded.model.dtype).removeprefix("torch."),
                path=path,
                weight_bytes=self.loaded.n_bytes,
                cache_bytes=int(self._memo.currsize + self._texts.currsize),
                kv_bytes=self._batch.n_bytes,
                generating=len(self._seated),
                waiting=len(self._queue),
                clients=clients,
                tokens_per_second=sum(n for _t, n in recent) / max(since, 1.0),
                **self._counts,
            )

    def close(self) -> None:
        """Stop: whatever waits or runs ends with a sentence, and the thread with it."""
        with self._wake:
            self._closing = True
            self._wake.notify_all()

    # --- the queue ------------------------------------------------------------------------

    def _job(self, function: Callable[..., Any], args: tuple) -> _Job:
        def pieces() -> Iterator[Any]:
            yield function(self.loaded, *args)

        name = getattr(function, "__qualname__", type(function).__name__)
        return _Job(name, VIEW_COST, pieces())

    def _remembered(self, key: Hashable, make: Callable[[], _Job]) -> Any:
        if threading.current_thread() is self._thread:  # a view that asks for another one
            return list(make().pieces)[-1]
        with self._wake:
            self._see()
            if key in self._memo:
                self._counts["hits"] += 1
                return self._memo[key]
            future = self._flying.get(key)
            if future is None:
                self._counts["misses"] += 1
                job = make()
                self._enter(job)
                future = self._flying[key] = job.future
                future.add_done_callback(lambda done: self._landed(key, done))
            else:
                self._counts["hits"] += 1
        return future.result()

    def _landed(self, key: Hashable, future: Future) -> None:
        with self._wake:
            self._flying.pop(key, None)
            if not future.cancelled() and future.exception() is None:
                try:
                    self._memo[key] = future.result()
                except ValueError:  # larger than the whole cache: given out, not kept
                    pass

    def _see(self) -> None:
        self._seen[current_client()] = time.monotonic()
        if len(self._seen) > 1024:
            newest = sorted(self._seen.items(), key=lambda item: item[1])[512:]
            self._seen = dict(newest)

    def _enter(self, item: _Job | _Stream) -> None:
        with self._wake:
            self._see()
            if self._closing:
                raise unloaded()
            self._check_room(1)
            self._queue.put(item.client, item.cost, item)
            self._wake.notify_all()

    def _check_room(self, n: int) -> None:
        """Raise `Busy` if the queue has no room for so many more."""
        if len(self._queue) + n > self._limits[0]:
            raise Busy(
                _("The model is busy: you would be number {n} in the queue.").format(
                    n=len(self._queue) + 1
                ),
                _("Try again in a moment."),
            )

    def _notify(self) -> None:
        with self._wake:
            self._wake.notify_all()

    # --- the owner thread -----------------------------------------------------------------

    def _run(self) -> None:
        with torch.inference_mode():  # thread-local: entered here, in the thread that computes
            while True:
                try:
                    if not self._turn():
                        break
                except BaseException as error:  # a fault of ours: no request may hang on it
                    log.exception("the engine's turn failed")
                    self._drop_all(lambda error=error: error)
        self._drop_all(unloaded)

    def _drop_all(self, why: Callable[[], BaseException]) -> None:
        with self._wake:
            left: list[Any] = [*self._queue.clear(), *self._seated, *self._stalled]
            if self._current is not None:
                left.append(self._current)
            self._seated, self._stalled, self._current = [], [], None
            self._batch = Batch(self._forward) if self._forward else TransformersBatch(self.loaded)
        for item in left:
            item.fail(item.context.run(why))

    def _turn(self) -> bool:
        """Some of the queue, then one step. False once the engine is closed."""
        self._sweep()
        with self._wake:
            if self._closing:
                return False
            idle = not len(self._queue) and not self._seated
        if idle:
            self._rest()
            return True
        begin, turn = time.perf_counter(), max(self._step_seconds, TURN)
        while self._serve_one() and not self._closing:
            # With nobody generating the loop comes back for the next one anyway.
            if not self._seated or time.perf_counter() - begin >= turn:
                break
        if self._seated and not self._closing:
            begin = time.perf_counter()
            self._step()
            self._step_seconds = time.perf_counter() - begin
        return True

    def _rest(self) -> None:
        """Nothing to do: clear up, measure this machine, else sleep."""
        if self._untidy:
            self._untidy = False
            give_back()
            return
        try:
            next(self._measuring)
            return
        except StopIteration:
            now = time.monotonic()
        if not self.measured.is_set():
            self.measured.set()
            self._again = now + AGAIN
        elif self._again is not None and now >= self._again:
            self._again = None
            if self._forward is not None:
                self._measuring = self._forward.measure()
                return
        waits = [5.0] if self._stalled else []
        if self._again is not None:
            waits.append(max(0.0, self._again - now))
        with self._wake:
            if not len(self._queue) and not self._closing and not self._awake():
                self._wake.wait(timeout=min(waits, default=None))

    def _awake(self) -> bool:
        return any(s.closed or s.is_caught_up for s in self._stalled)

    def _sweep(self) -> None:
        """Sequences whose reader left go; those whose reader caught up come back."""
        for stream in [s for s in self._seated if s.closed]:
            self._unseat(stream)
        with self._wake:
            now, kept = time.monotonic(), []
            for stream in self._stalled:
                if stream.closed:
                    stream.parked = None
                elif stream.is_caught_up:
                    stream.stalled_since = None
                    self._queue.put(stream.client, 1.0, stream)
                elif now - (stream.stalled_since or now) > PATIENCE:
                    stream.parked = None
                    stream.fail(
                        RequestFailed(
                            _("Nobody read this continuation for a minute."), _("Start it again.")
                        )
                    )
                else:
                    kept.append(stream)
            self._stalled = kept

    def _serve_one(self) -> bool:
        """One piece of the first request in the queue that can go on; False if there is none."""
        held: list[tuple[Any, Any]] = []
        item = ticket = None
        with self._wake:
            while len(self._queue):
                item, ticket = self._queue.pop()
                if item.dropped:
                    item = None
                elif isinstance(item, _Stream) and not self._has_room(item):
                    held.append((item, ticket))
                    item = None
                else:
                    break
            for waiting in held:
                self._queue.put_back(*waiting)
            self._current = item
        if item is None or ticket is None:
            return False
        try:
            done = (
                self._advance_stream(item) if isinstance(item, _Stream) else self._advance_job(item)
            )
        except BaseException as error:
            self._failed(item, error)
            done = True
        with self._wake:
            self._current = None
            self._queue.served(item.each)
            if not done:
                self._queue.put_back(item, ticket)
        return True

    def _advance_job(self, job: _Job) -> bool:
        if not job.future.running() and not job.future.set_running_or_notify_cancel():
            return True
        begin = time.monotonic()
        result = job.context.run(next, job.pieces)
        job.spent += time.monotonic() - begin
        if result is _MORE:
            return False
        self._report(job)
        self._untidy |= job.spent > UNTIDY
        job.future.set_result(result)
        return True

    def _report(self, item: _Job | _Stream, **more: Any) -> None:
        """One line of JSON for each request; never what was typed."""
        if log.isEnabledFor(logging.INFO):
            seconds = time.monotonic() - item.begun
            line = {"event": item.name, "model": self.key, "seconds": round(seconds, 4), **more}
            if isinstance(item, _Job):
                line["computing"] = round(item.spent, 4)
            log.info(json.dumps(line))

    def _failed(self, item: _Job | _Stream, error: BaseException) -> None:
        self._counts["failures"] += 1
        line = {"event": "failed", "request": item.name, "model": self.key, "error": repr(error)}
        log.warning(json.dumps(line))
        if out_of_memory(error):
            self._relieve()
        item.fail(error)

    def _relieve(self) -> None:
        """Memory ran out: everything that can be computed again is given back."""
        with self._wake:
            self._memo.clear()
            self._texts.clear()
        if self.loaded.device.type == "cuda":
            torch.cuda.empty_cache()

    # --- reading texts ----------------------------------------------------------------------

    def _chunk(self) -> int:
        """Rows to read in one go: fewer while others wait."""
        return CHUNK if len(self._queue) or self._seated else ALONE

    def _prefill_pieces(self, ids: tuple[int, ...]) -> Iterator[Prefilled | None]:
        """Read a text from where it parts from what was read before."""
        assert self._forward is not None
        known = self._texts.get(ids)
        if known is not None:
            yield known
            return
        best, shared = None, 7  # copying less than eight rows is not worth a look
        for other in list(self._texts):
            n = common_prefix(ids, other)
            if n > shared:
                best, shared = other, n
        past = None
        before = self._texts.get(best) if best is not None else None
        for past in prefill(self._forward, ids, before, self._chunk):
            if past is None:
                yield None
        assert past is not None
        with self._wake:
            try:
                self._texts[ids] = past
            except ValueError:  # larger than the whole cache
                pass
        yield past

    def _trace_pieces(self, ids: tuple[int, ...]) -> Iterator[Any]:
        pieces = tuple(piece(token_bytes(self.tokenizer, i)) for i in ids)
        if self._forward is None:
            resid, logits = capture(self.loaded, ids)
            yield Trace(self.key, ids, pieces, resid, logits)
            return
        for past in self._prefill_pieces(ids):
            if past is None:
                yield _MORE
            else:
                yield Trace(self.key, ids, pieces, past.resid, past.logits)

    # --- generating -------------------------------------------------------------------------

    def _has_room(self, stream: _Stream) -> bool:
        if not self._seated:
            return True
        if len(self._seated) >= self._limits[1]:
            return False
        need = self._batch.bytes_for(len(stream.ids) + 1)
        return self._batch.n_bytes + need <= self._limits[2]

    def _advance_stream(self, stream: _Stream) -> bool:
        """Read a stream's prompt, piece by piece; then choose its first token and slot it."""
        if stream.slot is not None:  # it was parked
            self._batch.resume(stream.slot, stream.parked)
            stream.parked = None
            self._sit(stream)
            return True
        if self._forward is None:
            stream.slot, logits = self._batch.start(stream.ids)
            self._sit(stream)
            self._offer(stream, logits, *choose_many(logits[None], [stream.sampler]))
            return True
        if stream.pieces is None:
            stream.pieces = self._prefill_pieces(stream.ids)
        past = next(stream.pieces)
        if past is None:
            return False
        stream.pieces = None
        if self._emit(stream, past.logits, self._first(stream, past.logits)):
            stream.slot = self._batch.join(past, self._coming(len(stream.ids)))
            self._sit(stream)
        return True

    def _first(self, stream: _Stream, logits: np.ndarray) -> Chosen:
        """The first token after a prompt; thirty draws cut the same logits in the same way."""
        if stream.settings.greedy:
            return choose(logits, stream.settings, stream.ids, stream.rng)
        key = stream.ids, stream.settings
        if self._last_candidates is None or self._last_candidates[0] != key:
            self._last_candidates = key, candidates_of(logits, stream.settings, stream.ids)
        return self._last_candidates[1].draw(stream.rng)

    def _coming(self, length: int) -> int:
        """How many more sequences that need as much room as one of this length sit down next."""
        need = self._batch.bytes_for(length)
        alike = sum(
            isinstance(item, _Stream)
            and not item.dropped
            and self._batch.bytes_for(len(item.ids) + 1) == need
            for item in self._queue.items()
        )
        room = (self._limits[2] - self._batch.n_bytes) // need
        return max(0, min(alike, self._limits[1] - len(self._seated) - 1, room - 1))

    def _sit(self, stream: _Stream) -> None:
        stream.turn = 0
        with self._wake:
            self._seated.append(stream)

    def _unseat(self, stream: _Stream) -> None:
        with self._wake:
            self._seated.remove(stream)
        self._batch.leave(stream.slot)
        stream.slot = None

    def _offer(self, stream: _Stream, logits: np.ndarray, chosen: Chosen | BaseException) -> None:
        """Hand out a seated stream's next token; unseat it if that was the last."""
        try:
            more = self._emit(stream, logits, chosen)
        except BaseException as error:
            self._failed(stream, error)
            more = False
        if not more:
            self._unseat(stream)

    def _emit(self, stream: _Stream, logits: np.ndarray, chosen: Chosen | BaseException) -> bool:
        """Hand out a token as a `Step`; whether there is a next one."""
        if isinstance(chosen, BaseException):
            raise chosen
        token, p, p_model, u = chosen
        data = token_bytes(self.tokenizer, token)
        stream.out.put(Step(stream.made, token, data, p, p_model, u, logits))
        stream.made += 1
        stream.ids = (*stream.ids, token)
        stream.lookup.add(token)
        self._counts["tokens"] += 1
        self._made.append((time.monotonic(), 1))
        last = (
            stream.made >= stream.limit
            or (stream.stop and token == self.tokenizer.eos_token_id)
            or len(stream.ids) > self.shape.n_ctx
        )
        if last:
            stream.ended = True
            stream.out.put(None)
            self._report(stream, tokens=stream.made)
        return not last

    def _step(self) -> None:
        """One token of every seated sequence whose reader keeps up."""
        with self._wake:
            someone_waits = any(
                isinstance(item, _Stream) and not item.dropped for item in self._queue.items()
            )
        full = len(self._seated) >= self._limits[1]
        for stream in list(self._seated):
            if stream.is_ahead:
                self._park(stream)
                with self._wake:
                    stream.stalled_since = time.monotonic()
                    self._stalled.append(stream)
            elif someone_waits and full and stream.turn >= QUANTUM:
                self._park(stream)
                with self._wake:
                    self._queue.put(stream.client, QUANTUM, stream)
        if len(self._seated) == 1 and self._step_ahead(self._seated[0]):
            return
        if self._seated:
            self._step_some(list(self._seated))

    def _step_ahead(self, stream: _Stream) -> bool:
        """Several tokens of a sequence that is alone and repeats itself; False if none.

        A batch of sequences uses the machine as well as guesses do, and none of it is in vain.
        """
        if self._forward is None:
            return False
        left = stream.limit - stream.made, AHEAD - (stream.made - stream.taken)
        most = min(self._guesses, self._batch.room(stream.slot) - 1, min(left) - 1)
        guess = stream.lookup.guess(most)
        if not guess:
            return False
        try:
            logits = self._batch.verify(stream.slot, [stream.ids[-1], *guess])
        except Exception:  # nothing was changed: one token alone may go, or tell what is wrong
            log.warning("guessed tokens could not be read", exc_info=True)
            return False
        made = logits.numpy()
        made.flags.writeable = False
        for row, guessed in zip(made, [*guess, None], strict=True):
            stream.slot.length += 1
            stream.turn += 1
            self._offer(stream, row, *choose_many(row[None], [stream.sampler]))
            if stream.slot is None or stream.ids[-1] != guessed:
                break
        return True

    def _park(self, stream: _Stream) -> None:
        stream.parked = self._batch.park(stream.slot)
        with self._wake:
            self._seated.remove(stream)

    def _step_some(self, streams: list[_Stream]) -> None:
        rows = [(stream.slot, stream.ids[-1]) for stream in streams]
        try:
            logits = self._batch.step(rows)
        except BaseException as error:
            if len(streams) == 1:
                self._failed(streams[0], error)
                self._unseat(streams[0])
                return
            # Somebody's fault, but whose? Each half is tried alone; a step that fails changes
            # nothing, so the others lose only time.
            if out_of_memory(error):
                self._relieve()
            half = len(streams) // 2
            self._step_some(streams[:half])
            self._step_some(streams[half:])
            return
        made = logits.numpy()
        chosen = choose_many(made, [stream.sampler for stream in streams])
        made.flags.writeable = False
        # From the last one back: whoever ends leaves no gap that another one must fill.
        for stream, row, choice in reversed(list(zip(streams, made, chosen, strict=True))):
            stream.turn += 1
            self._offer(stream, row, choice)
