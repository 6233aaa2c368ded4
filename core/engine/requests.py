"""What waits in the queue: a request for one result, or for a text token by token."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextvars import Context
from queue import SimpleQueue
from typing import Any

import numpy as np

from core.engine.failures import as_learner_error
from core.engine.fair_queue import current_client
from core.engine.kv_cache import Slot
from core.engine.prefill import CHUNK, Prefilled
from core.engine.prompt_lookup import PromptLookup
from core.language import context_of_now
from core.sampling.generation import Step
from core.sampling.settings import SamplingSettings
from core.sampling.together import Sampler

#: Steps that a sequence may be ahead of whoever reads it; twice what one pass can make.
AHEAD = 16

#: Seconds for which small pieces of a request follow each other, before others come in between.
SHORT = 0.005

MORE = object()  # a request's piece that is not its result


class ComputeRequest:
    """A request that ends with one result.

    Parameters
    ----------
    name : in the log
    cost : of all pieces, in rows of a forward pass
    pieces : yields `MORE` until the result
    each : cost of one piece; a long text's are of `CHUNK` rows
    reads : the text that it reads, if it does
    """

    def __init__(
        self, name: str, cost: float, pieces: Iterator[Any], each: float | None = None,
        reads: tuple[int, ...] | None = None,
    ) -> None:  # fmt: skip
        self.name, self.cost, self.pieces, self.reads = name, cost, pieces, reads
        self.each = min(cost, CHUNK) if each is None else each
        self.client = current_client()
        self.future: Future = Future()
        # The session's language, for errors; others may wait for the same result.
        self.context: Context = context_of_now(many=True)
        self.begun = time.monotonic()
        self.spent = 0.0

    def advance(self) -> Any:
        """The next piece, or some small ones: `MORE`, or the result."""
        begin = time.monotonic()
        made = self.context.run(next, self.pieces)
        while made is MORE and time.monotonic() - begin < SHORT:
            made = self.context.run(next, self.pieces)
        self.spent += time.monotonic() - begin
        return made

    @property
    def dropped(self) -> bool:
        """Whether nobody waits for it any more."""
        return self.future.cancelled()

    def fail(self, error: BaseException) -> None:
        """End it with an error, in the words of whoever asked."""
        if not self.future.done():
            self.future.set_exception(self.context.run(as_learner_error, error))


class GenerateRequest:
    """A sequence that is being generated, token by token.

    Parameters
    ----------
    ids : the text that it continues
    seed : of its own random numbers
    limit : tokens to make, at most
    stop : whether ``<|endoftext|>`` ends it
    """

    def __init__(
        self, ids: tuple[int, ...], settings: SamplingSettings, seed: int, limit: int, stop: bool
    ) -> None:
        self.name, self.cost = "generate", float(len(ids))
        self.each = min(self.cost, CHUNK)
        self.ids, self.settings, self.limit, self.stop = ids, settings, limit, stop
        self.rng = np.random.default_rng(seed)
        self.lookup = PromptLookup(ids)
        self.client = current_client()
        self.context: Context = context_of_now()
        self.begun = time.monotonic()
        self.out: SimpleQueue = SimpleQueue()
        self.made = self.taken = 0
        self.turn = 0  # tokens since it joined the batch
        self.closed = False  # by its reader
        self.ended = False  # by us
        self.stalled_since: float | None = None
        self.slot: Slot | None = None
        self.parked: Any = None
        self.prefill: Iterator[Prefilled | None] | None = None

    def after(self, before: Sequence[int]) -> GenerateRequest:
        """The same, where another engine has made its first tokens with this seed already."""
        self.ids = (*self.ids, *before)
        self.lookup = PromptLookup(self.ids)
        self.made = self.taken = len(before)
        if not self.settings.greedy:
            self.rng.random(len(before))  # a token takes one: now it stands as it stood there
        return self

    @property
    def dropped(self) -> bool:
        """Whether nobody reads it any more."""
        return self.closed

    @property
    def reads(self) -> tuple[int, ...] | None:
        """The text that is still to be read; none once it has a slot, though it be put aside."""
        return self.ids if self.slot is None else None

    @property
    def sampler(self) -> Sampler:
        """How its next token is chosen."""
        return Sampler(self.settings, self.ids, self.rng)

    @property
    def is_ahead(self) -> bool:
        """Whether its reader has enough to read for now."""
        return self.made - self.taken >= AHEAD

    @property
    def is_caught_up(self) -> bool:
        """Whether its reader soon needs more."""
        return self.made - self.taken <= AHEAD // 2

    def fail(self, error: BaseException) -> None:
        """End it with an error, in the words of whoever asked."""
        self.ended = True
        self.out.put(self.context.run(as_learner_error, error))


Request = ComputeRequest | GenerateRequest


class StepReader:
    """The steps of a sequence that is in the queue; closing or dropping it frees the place.

    Parameters
    ----------
    notify : wakes the owner thread
    """

    def __init__(self, request: GenerateRequest, notify: Callable[[], None]) -> None:
        self._request, self._notify = request, notify

    def __iter__(self) -> StepReader:
        return self

    def __next__(self) -> Step:
        request = self._request
        if request.closed:
            raise StopIteration
        step = request.out.get()
        if step is None or isinstance(step, BaseException):
            self.close()
            raise StopIteration if step is None else step
        request.taken += 1
        if request.stalled_since is not None and request.is_caught_up:
            self._notify()
        return step

    def close(self) -> None:
        """Nobody reads on."""
        if not self._request.closed:
            self._request.closed = True
            self._request.out.put(None)  # another thread may wait for the next step
            self._notify()

    def __del__(self) -> None:
        self.close()
