"""Where the model is: questions that came from afar, asked of the engine.

Nothing here knows how they came.
"""

from __future__ import annotations

import itertools
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from contextvars import Context
from dataclasses import replace
from typing import Any

from core.cluster.card import Card, card_of
from core.cluster.errors import OtherVersion, TooLarge
from core.cluster.messages import Answer, Asked, opened, raised
from core.engine.engine import Engine
from core.engine.fair_queue import client
from core.engine.memo import size_of
from core.engine.records import Status
from core.language import current_language
from core.sampling.beams import BeamState, DynamicCache
from core.sampling.generation import Step

#: One pass of a few continuations: for each that has not ended, its number and its next step, or
#: the error that ended it.
Round = list[tuple[int, Step | Answer]]
#: Seconds of steps that go in one message: each costs both sides about a millisecond, and no page
#: draws more often.
GATHERED = 0.03
#: Bytes of a result that is sent: twice the residual stream of GPT-2 XL at 1,024 tokens.
MOST_BYTES = 640 * 2**20
#: Searches whose keys and values wait here for their next step.
SEARCHES = 16


class Servant:
    """An engine behind a wire.

    Parameters
    ----------
    code : the version of the code that runs here
    most : longest continuation, as the engine has it
    most_bytes : of one result
    """

    def __init__(
        self, engine: Engine, code: str, most: int | None = None, most_bytes: int = MOST_BYTES
    ) -> None:
        self.engine, self._code = engine, code
        self._most, self._most_bytes = most, most_bytes
        self._searches: OrderedDict[int, DynamicCache] = OrderedDict()
        self._numbers = itertools.count(1)
        self._verbs: dict[str, Callable[..., Any]] = {
            "card": self._card, "status": self.status, "trace": self._trace, "resid": self._resid,
            "view": engine.view, "views": engine.views, "call": self._call,
        }  # fmt: skip

    def answer(self, asked: Asked) -> Answer:
        """A result or what was raised; never raises. Waits for the engine."""
        return Context().run(self._answer, asked)

    def _answer(self, asked: Asked) -> Answer:
        try:
            value = self._verbs[asked.verb](*self._arguments(asked))
            if (n_bytes := size_of(value)) > self._most_bytes:
                raise TooLarge.of(n_bytes, self._most_bytes)
            return Answer(value)
        except Exception as error:
            return raised(error)

    def rounds(self, asked: Asked) -> Rounds:
        """Continuations, as an iterator that may be closed from any thread.

        Raises
        ------
        Busy, RequestFailed
            And whatever the engine raises.
        """
        return Context().run(self._rounds, asked)

    def _rounds(self, asked: Asked) -> Rounds:
        ids, settings, seeds, limit, stop, made = self._arguments(asked)
        runs = self.engine.generate_many(
            ids, settings, seeds=seeds, max_new_tokens=limit, stop_at_end_of_text=stop, made=made
        )
        return Rounds(runs)

    def _arguments(self, asked: Asked) -> tuple[Any, ...]:
        """What was asked, once it is known that both sides mean the same by it."""
        current_language.set(asked.language)
        client.set(asked.client)
        if asked.code != self._code:
            raise OtherVersion.of(self._code, asked.code)
        return opened(asked.payload, self.engine.trace)

    # --- verbs --------------------------------------------------------------------------------

    def status(self) -> Status:
        """The engine's figures."""
        return self.engine.status()

    def _card(self) -> Card:
        return card_of(self.engine, self._code, self._most)

    def _trace(self, ids: tuple[int, ...]) -> tuple[Any, ...]:
        trace = self.engine.trace(ids)
        return trace.pieces, trace.logits

    def _resid(self, ids: tuple[int, ...]) -> Any:
        return self.engine.trace(ids).resid

    def _call(self, function: Callable[..., Any], *args: Any) -> Any:
        """A search's keys and values stay here; without them it reads its texts once more."""
        made = self.engine.call(function, *map(self._with_cache, args))
        if not isinstance(made, BeamState):
            return made
        number = 0 if made.done else next(self._numbers)
        if number:
            self._searches[number] = made.cache
        while len(self._searches) > SEARCHES:
            self._searches.popitem(last=False)
        return replace(made, cache=number)

    def _with_cache(self, value: Any) -> Any:
        if not isinstance(value, BeamState):
            return value
        cache = self._searches.pop(value.cache, None)  # type: ignore[arg-type]
        return replace(value, cache=DynamicCache() if cache is None else cache)


class Rounds:
    """A few continuations, one step of each at a time."""

    def __init__(self, runs: Sequence[Iterator[Step]]) -> None:
        self._runs = dict(enumerate(runs))
        self._begun = False

    def __iter__(self) -> Rounds:
        return self

    def __next__(self) -> Round:
        made = [(number, _next(run)) for number, run in self._runs.items()]
        for number, step in made:
            if not isinstance(step, Step):
                del self._runs[number]
        found = [(number, step) for number, step in made if step is not None]
        if not found:
            raise StopIteration
        return found

    def some(self, seconds: float = GATHERED) -> Round | None:
        """The steps of a little while, but the first ones at once; None at the end."""
        end = time.monotonic() + (seconds if self._begun else 0.0)
        self._begun, made = True, next(self, None)
        while made is not None and self._runs and time.monotonic() < end:
            made += next(self, [])
        return made

    def close(self) -> None:
        """Nobody reads on: their places are free before the next step."""
        for run in list(self._runs.values()):
            run.close()  # type: ignore[attr-defined]


def _next(run: Iterator[Step]) -> Step | Answer | None:
    """A continuation's next step; None at its end."""
    try:
        return next(run, None)
    except Exception as error:
        return raised(error)
