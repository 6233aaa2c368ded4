"""Whole continuations, as iterators that a `core.engine.jobs.Job` can run in the background."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.sampling import beams
from core.sampling.choice import Choice, choice_of, text_of
from core.sampling.generation import Step
from core.sampling.repetition import distinct, repetition
from core.sampling.settings import SamplingSettings
from core.sampling.surprise import Scores, score_window, windows
from core.tokens.vocabulary import token_bytes

if TYPE_CHECKING:
    from core.engine.engine import Engine

GREEDY = SamplingSettings(temperature=0.0)


def write(
    engine: Engine,
    token_ids: tuple[int, ...],
    settings: SamplingSettings,
    *,
    seed: int,
    max_new_tokens: int,
    stop_at: str = "",
) -> Iterator[Choice]:
    """Continue a text; ends early once `stop_at` has been written."""
    steps = engine.generate(token_ids, settings, seed=seed, max_new_tokens=max_new_tokens)
    written: list[Choice] = []
    with closing(steps):  # type: ignore[type-var]
        for step in steps:
            written.append(choice_of(engine.tokenizer, step, settings))
            yield written[-1]
            if stop_at and stop_at in text_of(written):
                return


def why_ended(
    n_prompt: int,
    choices: Sequence[Choice],
    *,
    n_ctx: int,
    end_of_text: int | None,
    max_new_tokens: int,
    stop_at: str,
    stopped: bool,
) -> str:
    """Why a continuation is not longer: "stop text", "end of text", "length", "context", "stopped".

    Parameters
    ----------
    n_prompt : tokens before the first new one
    n_ctx, end_of_text : the model's context and the id that ends a text
    stopped : whether somebody stopped it
    """
    if stop_at and stop_at in text_of(choices):
        return "stop text"
    if choices and choices[-1].token_id == end_of_text:
        return "end of text"
    if len(choices) >= max_new_tokens:
        return "length"
    if n_prompt + len(choices) > n_ctx:
        return "context"
    return "stopped" if stopped else "length"


def together(
    engine: Engine,
    token_ids: tuple[int, ...],
    settings: SamplingSettings,
    seeds: Sequence[int],
    max_new_tokens: int,
) -> Iterator[list[Step | None]]:
    """Several continuations of one prompt, one token of each at a time.

    Yields
    ------
    list
        For each seed its next step, or None if it has ended.
    """
    with ExitStack() as stack:
        runs = engine.generate_many(token_ids, settings, seeds=seeds, max_new_tokens=max_new_tokens)
        for run in runs:
            stack.enter_context(closing(run))  # type: ignore[type-var]
        steps = [next(run, None) for run in runs]
        while any(step is not None for step in steps):
            yield steps
            steps = [next(run, None) for run in runs]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Ways to choose, side by side, as far as they have come.

    Attributes
    ----------
    greedy : the most likely token each time
    samples : one per seed
    search : the beam search
    share : how much of the work is done, in [0, 1]
    """

    greedy: tuple[Choice, ...]
    samples: tuple[tuple[Choice, ...], ...]
    search: beams.BeamState
    share: float


def compare(
    engine: Engine,
    token_ids: tuple[int, ...],
    settings: SamplingSettings,
    *,
    seeds: Sequence[int],
    n_beams: int,
    max_new_tokens: int,
) -> Iterator[Comparison]:
    """Greedy, sampling and beam search on one prompt, all with the same repetition penalty."""
    greedy_settings = SamplingSettings(
        repetition_penalty=settings.repetition_penalty, temperature=0.0
    )
    state = beams.start(
        engine.loaded, token_ids, n_beams, max_new_tokens, settings.repetition_penalty
    )
    written: list[list[Choice]] = [[] for _ in range(1 + len(seeds))]
    for (step,) in together(engine, token_ids, greedy_settings, [0], max_new_tokens):
        if step is not None:
            written[0].append(choice_of(engine.tokenizer, step, greedy_settings))
    yield _so_far(written, state, 1 / 3)
    for done, steps in enumerate(together(engine, token_ids, settings, seeds, max_new_tokens), 1):
        for place, step in enumerate(steps, 1):
            if step is not None:
                written[place].append(choice_of(engine.tokenizer, step, settings))
        yield _so_far(written, state, 1 / 3 + done / max_new_tokens / 3)
    while not state.done:
        state = engine.call(beams.advance, state)
        yield _so_far(written, state, 2 / 3 + state.step / max_new_tokens / 3)
    yield _so_far(written, state, 1.0)


def _so_far(written: list[list[Choice]], state: beams.BeamState, share: float) -> Comparison:
    return Comparison(
        tuple(written[0]), tuple(tuple(w) for w in written[1:]), state, min(1.0, share)
    )


@dataclass(frozen=True)
class Way:
    """One continuation in numbers.

    Attributes
    ----------
    token_ids : the new tokens
    text : the new text
    log_prob : sum of the natural logarithms of the model's own probabilities
    bits : mean surprise per token, in bits
    repetition : share of its word pairs (token bigrams) that occurred in it before
    """

    token_ids: tuple[int, ...]
    text: str
    log_prob: float
    bits: float
    repetition: float


def measure(
    engine: Engine, token_ids: tuple[int, ...], found: Comparison
) -> tuple[tuple[Way, ...], float]:
    """The finished comparison in numbers: greedy, each sample, the best beam.

    Returns
    -------
    ways : in that order
    distinct : share of different token bigrams among all samples
    """
    texts = [tuple(c.token_id for c in way) for way in (found.greedy, *found.samples)]
    texts.append(found.search.finished[0].token_ids)
    ways = []
    for new in texts:
        scores = engine.view(score_window, (*token_ids, *new), len(token_ids))
        nats = float(scores.log_probs.sum(dtype="float64"))
        ways.append(
            Way(
                new,
                decode(engine, new),
                nats,
                -nats / math.log(2) / len(new),
                repetition(new, 2),
            )
        )
    return tuple(ways), distinct([way.token_ids for way in ways[1:-1]], 2)


def decode(engine: Engine, token_ids: Sequence[int]) -> str:
    """Token ids as text; bytes that are not valid UTF-8 become U+FFFD."""
    return b"".join(token_bytes(engine.tokenizer, i) for i in token_ids).decode("utf-8", "replace")


@dataclass(frozen=True)
class Draw:
    """One of many continuations: its seed, its tokens and their bytes."""

    seed: int
    token_ids: tuple[int, ...] = ()
    data: bytes = b""

    @property
    def text(self) -> str:
        return self.data.decode("utf-8", "replace")


def many(
    engine: Engine,
    token_ids: tuple[int, ...],
    settings: SamplingSettings,
    *,
    seeds: Sequence[int],
    max_new_tokens: int,
) -> Iterator[tuple[Draw, ...]]:
    """Many continuations in one batch; yields all of them after every token."""
    draws = [Draw(seed) for seed in seeds]
    for steps in together(engine, token_ids, settings, seeds, max_new_tokens):
        draws = [
            draw
            if step is None
            else Draw(draw.seed, (*draw.token_ids, step.token_id), draw.data + step.data)
            for draw, step in zip(draws, steps, strict=True)
        ]
        yield tuple(draws)


def score(engine: Engine, token_ids: tuple[int, ...]) -> Iterator[Scores]:
    """A text of any length, scored window by window; shorter than two tokens yields nothing."""
    for window in windows(len(token_ids), engine.shape.n_ctx):
        ids = token_ids[window.start : window.end]
        yield engine.view(score_window, ids, window.first - window.start)
