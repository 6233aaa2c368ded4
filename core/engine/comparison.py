"""Ways to choose, side by side: greedy, sampling and beam search on one prompt."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.engine.backend import Backend
from core.engine.continuations import together
from core.sampling import beams
from core.sampling.choice import Choice, choice_of
from core.sampling.generation import Step
from core.sampling.repetition import distinct, repetition
from core.sampling.settings import SamplingSettings
from core.sampling.surprise import score_window
from core.tokens.encoding import decode


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


def side_by_side(
    engine: Backend,
    token_ids: tuple[int, ...],
    settings: SamplingSettings,
    *,
    seeds: Sequence[int],
    n_beams: int,
    max_new_tokens: int,
) -> Iterator[Comparison]:
    """Greedy, sampling and beam search on one prompt, all with the same repetition penalty."""
    penalty = settings.repetition_penalty
    greedy = SamplingSettings(repetition_penalty=penalty, temperature=0.0)
    state = engine.call(beams.start, token_ids, n_beams, max_new_tokens, penalty)
    written: list[list[Choice]] = [[] for _ in range(1 + len(seeds))]
    for steps in together(engine, token_ids, greedy, [0], max_new_tokens):
        _add(engine, written[:1], steps, greedy)
    yield _so_far(written, state, 1 / 3)
    for done, steps in enumerate(together(engine, token_ids, settings, seeds, max_new_tokens), 1):
        _add(engine, written[1:], steps, settings)
        yield _so_far(written, state, 1 / 3 + done / max_new_tokens / 3)
    while not state.done:
        state = engine.call(beams.advance, state)
        yield _so_far(written, state, 2 / 3 + state.step / max_new_tokens / 3)
    yield _so_far(written, state, 1.0)


def _add(
    engine: Backend,
    written: list[list[Choice]],
    steps: list[Step | None],
    settings: SamplingSettings,
) -> None:
    """Each text's next token; None for a text that has ended."""
    for text, step in zip(written, steps, strict=True):
        if step is not None:
            text.append(choice_of(engine.tokenizer, step, settings))


def _so_far(written: list[list[Choice]], state: beams.BeamState, share: float) -> Comparison:
    return Comparison(
        tuple(written[0]), tuple(tuple(w) for w in written[1:]), state, min(1.0, share)
    )


@dataclass(frozen=True)
class Continuation:
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
    engine: Backend, token_ids: tuple[int, ...], found: Comparison
) -> tuple[tuple[Continuation, ...], float]:
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
            Continuation(
                new,
                decode(engine.tokenizer, new),
                nats,
                -nats / math.log(2) / len(new),
                repetition(new, 2),
            )
        )
    return tuple(ways), distinct([way.token_ids for way in ways[1:-1]], 2)
