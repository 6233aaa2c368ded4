"""Texts that the model writes for a question."""

from __future__ import annotations

from contextlib import closing

from core.engine.backend import Backend
from core.language import _
from core.questions.found import Refused
from core.sampling.settings import SamplingSettings
from core.tokens.vocabulary import decode, vocabulary

#: The longest text that a question lets the model write: a learner waits for it.
LONGEST = 60


def written(
    engine: Backend,
    ids: tuple[int, ...],
    n: int,
    settings: SamplingSettings | None = None,
    seed: int = 0,
) -> tuple[int, ...]:
    """The ids of up to `n` new tokens, in everybody's batch.

    Parameters
    ----------
    settings : None for the most likely token each time

    Raises
    ------
    ValueError
        If `n` is not between 1 and `LONGEST`.
    Refused
        If the prompt leaves no room.
    """
    if not 1 <= n <= LONGEST:
        raise ValueError(f"a question lets the model write 1 to {LONGEST} tokens, not {n}")
    settings = settings or SamplingSettings(temperature=0.0)
    steps = engine.generate(ids, settings, seed=seed, max_new_tokens=n)
    with closing(steps):  # type: ignore[type-var]
        new = tuple(step.token_id for step in steps)
    if not new:
        raise Refused(
            _("The prompt fills the whole context: nothing can be written after it."),
            _("Shorten the prompt."),
        )
    return new


def text_of(engine: Backend, ids: tuple[int, ...]) -> str:
    return decode(vocabulary(engine.tokenizer), ids)
