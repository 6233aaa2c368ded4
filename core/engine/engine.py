"""Runs the loaded model for every browser session; no page calls the model itself.

One owner thread per loaded model. Requests wait in a fair queue; sequences that
generate at the same time are stepped together as one batch, and between two
steps the queue gets about as much time as a step takes. What is computed is
remembered, in bytes, for all sessions; a text that begins like an earlier one
is read from where they part.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from typing import Any, TypeVar

from core.engine.backend import Text
from core.engine.bounds import check_continuation
from core.engine.decoding import GUESSES
from core.engine.inbox import Inbox
from core.engine.memo import Memo, key_of
from core.engine.owner import Limits, Owner
from core.engine.records import Status
from core.engine.requests import MORE, ComputeRequest, GenerateRequest, StepReader
from core.model.allocator import tune_allocator
from core.model.bounds import check_ids
from core.model.loaded import LoadedModel
from core.sampling.generation import Step
from core.sampling.settings import SamplingSettings
from core.tokens.encoding import encode
from core.tokens.label import piece
from core.tokens.vocabulary import token_bytes
from core.turns import TURNS
from core.views.attention import LayerAttention, layer_attention
from core.views.logit_lens import LogitLens
from core.views.logit_lens_frugal import logit_lens
from core.views.trace import Trace, capture

T = TypeVar("T")

#: What a view counts in the queue, in rows of a forward pass.
VIEW_COST = 16


class Engine:
    """A loaded model and the thread that runs it.

    Parameters
    ----------
    loaded : as `core.model.load.load_model` returns it
    cache_bytes : results and texts kept for everybody, half each
    queue_limit : requests that may wait
    batch_limit : sequences stepped together
    kv_bytes : keys and values of the sequences in the batch; one may always run
    max_new_tokens : longest continuation; None for no limit but the context
    requests_per_minute : of one session, answers from the cache not counted; None for no bound
    guesses : tokens guessed ahead where a sequence that is alone repeats itself

    Attributes
    ----------
    owner : its thread and the parts of it, for tests and benchmarks; pages leave it alone
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
        requests_per_minute: int | None = None,
        guesses: int = GUESSES,
    ) -> None:
        tune_allocator()
        self.loaded = loaded
        self.key = loaded.key
        self.shape = loaded.shape
        self.tokenizer = loaded.tokenizer
        # Asked of the model it is looked for among all weights; a status is asked for by everybody.
        self._dtype = str(loaded.model.dtype).removeprefix("torch.")
        self._max_new_tokens = max_new_tokens
        self._inbox = Inbox(queue_limit, requests_per_minute)
        self._memo = Memo(self._inbox, cache_bytes // 2)
        limits = Limits(batch_limit, kv_bytes, cache_bytes // 2, guesses)
        self.owner = Owner(loaded, self._inbox, self._memo, limits)
        self.owner.start()

    # --- what pages ask for -------------------------------------------------------------

    def ids(self, text_or_ids: Text) -> tuple[int, ...]:
        """Token ids of a text; ids are passed through."""
        if isinstance(text_or_ids, str):
            return tuple(t.id for t in encode(self.tokenizer, text_or_ids))
        return tuple(int(i) for i in text_or_ids)

    def trace(self, text_or_ids: Text) -> Trace:
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
            ("trace", ids), lambda: ComputeRequest("trace", len(ids), self._trace(ids), reads=ids)
        )

    def _trace(self, ids: tuple[int, ...]) -> Iterator[Any]:
        pieces = tuple(piece(token_bytes(self.tokenizer, i)) for i in ids)
        if self.owner.texts is None:
            resid, logits = capture(self.loaded, ids)
            yield Trace(self.key, ids, pieces, resid, logits)
            return
        for text in self.owner.texts.prefill(ids):
            if text is None:
                yield MORE
            else:
                yield Trace(self.key, ids, pieces, text.resid, text.logits)

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
        return self._remembered(key_of(function, args), lambda: self._request(function, args))

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
                    yield MORE
                made.append(function(self.loaded, *args))
            yield tuple(made)

        def request() -> ComputeRequest:
            cost = VIEW_COST * len(asked)
            return ComputeRequest(function.__qualname__, cost, pieces(), each=VIEW_COST)

        key = ("views", *(key_of(function, args) for args in asked))
        return self._remembered(key, request)

    def call(self, function: Callable[..., T], *args: Any) -> T:
        """Like `view`, but not remembered."""
        if threading.current_thread() is self.owner.thread:
            return function(self.loaded, *args)
        with TURNS.given_up():
            return self.submit(function, *args).result()

    def submit(self, function: Callable[..., T], *args: Any) -> Future[T]:
        """Queue ``function(loaded, *args)``; a future that is cancelled in time is never run.

        Raises
        ------
        Busy
            If too many requests wait.
        """
        request = self._request(function, args)
        self._inbox.enter(request)
        return request.future

    def _request(self, function: Callable[..., Any], args: tuple) -> ComputeRequest:
        def pieces() -> Iterator[Any]:
            yield function(self.loaded, *args)

        name = getattr(function, "__qualname__", type(function).__name__)
        return ComputeRequest(name, VIEW_COST, pieces())

    def _remembered(self, key: Hashable, make: Callable[[], ComputeRequest]) -> Any:
        if threading.current_thread() is self.owner.thread:  # a view that asks for another one
            return list(make().pieces)[-1]
        return self._memo.result(key, make)

    def generate(
        self,
        text_or_ids: Text,
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
        return self._steps(ids, settings, seed, max_new_tokens, stop_at_end_of_text)

    def generate_many(
        self,
        text_or_ids: Text,
        settings: SamplingSettings,
        *,
        seeds: Sequence[int],
        max_new_tokens: int = 40,
        stop_at_end_of_text: bool = True,
        made: Sequence[tuple[int, ...]] = (),
    ) -> list[Iterator[Step]]:
        """Several continuations of one text, in one batch from the first token on.

        Like `generate` once for each seed, but all are in the queue before the first
        is read. Close the iterators, also those that were never read.

        Parameters
        ----------
        made : for each seed the new tokens that another engine has made with it already; the
            text goes on after them as it would have there

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
        requests = [
            GenerateRequest(ids, settings, seed, max_new_tokens, stop_at_end_of_text).after(before)
            for seed, before in zip(seeds, made or [()] * len(seeds), strict=True)
        ]
        self._inbox.enter_all(requests)
        return [StepReader(request, self._inbox.notify) for request in requests]

    def _checked(self, text_or_ids: Text, max_new_tokens: int) -> tuple[int, ...]:
        """The ids of a text that may be continued so far."""
        ids = self.ids(text_or_ids)
        check_continuation(ids, self.shape, max_new_tokens, self._max_new_tokens)
        return ids

    def _steps(
        self, ids: tuple[int, ...], settings: SamplingSettings, seed: int, limit: int, stop: bool
    ) -> Iterator[Step]:
        if limit < 1:
            return
        request = GenerateRequest(ids, settings, seed, limit, stop)
        self._inbox.enter(request)
        with closing(StepReader(request, self._inbox.notify)) as steps:
            yield from steps

    # --- seen from outside ----------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a request runs or waits, or a sequence is being generated."""
        return self.owner.busy

    @property
    def measured(self) -> threading.Event:
        """Set once the products were chosen; for benchmarks."""
        return self.owner.idle.measured

    def status(self) -> Status:
        """Figures of the moment; never waits for the owner thread."""
        now, owner, records = time.monotonic(), self.owner, self.owner.records
        cores = owner.cores
        with self._inbox.wake:
            return Status(
                model=self.key,
                device=str(self.loaded.device),
                dtype=self._dtype,
                path=owner.path,
                weight_bytes=self.loaded.n_bytes,
                kv_bytes=owner.sequences.batch.n_bytes,
                generating=len(owner.sequences.running),
                threads=cores.threads if cores else 0,
                most_threads=cores.most if cores else 0,
                tokens_per_second=records.tokens_per_second(now),
                **self._inbox.counts(now),
                **self._memo.counts(owner.texts),
                **records.counts(),
            )

    @property
    def seconds_idle(self) -> float:
        """Since anybody asked for anything."""
        return self._inbox.seconds_idle(time.monotonic())

    def relieve(self) -> None:
        """Give back all that can be computed again, soon; who waits for something still gets it."""
        if self.status().cache_bytes:
            self._inbox.relieve()

    def close(self, *, give_back: bool = False) -> None:
        """Stop: whatever waits or runs ends with a sentence, and the thread with it.

        Parameters
        ----------
        give_back : whether the weights go as well, although somebody may still know this engine
        """
        self.owner.gives_back |= give_back
        self._inbox.close()
