"""Whole continuations, as iterators that a `core.engine.jobs.Job` can run in the background."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from core.engine.backend import Backend
from core.sampling.choice import Choice, choice_of, text_of
from core.sampling.generation import Step
from core.sampling.settings import SamplingSettings


def write(
    engine: Backend,
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
    engine: Backend,
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
    engine: Backend,
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
