"""Two texts written side by side: one as the model would, one with the knob turned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from core.engine.backend import Backend
from core.sampling.generation import choose
from core.sampling.settings import SamplingSettings
from core.views.steering import steered_logits
from core.views.trace import Trace

#: The likeliest token each time; what stands there already counts less, so that it goes on.
SETTINGS = SamplingSettings(temperature=0.0, repetition_penalty=1.3)


@dataclass(frozen=True)
class Written:
    """Both continuations as far as they have come.

    Attributes
    ----------
    plain, turned : ids of the new tokens, without and with the knob
    """

    plain: tuple[int, ...] = ()
    turned: tuple[int, ...] = ()


def write_turned(
    engine: Backend, ids: tuple[int, ...], a: Trace, b: Trace, layer: int, factor: float, n: int
) -> Iterator[Written]:
    """Continue a text twice, token by token; the knob is turned at the token that is last then.

    Ends after `n` tokens, or before where the context is full or both have ended. Nothing runs
    between two tokens: whoever closes the iterator ends it.

    Parameters
    ----------
    a, b, layer, factor : of the knob; see `core.views.steering`
    """
    written, n_ctx = Written(), engine.shape.n_ctx
    for _step in range(min(n, n_ctx - len(ids) + 1)):
        before = written
        written = Written(
            _next(engine, ids, written.plain, lambda text: text.logits),
            _next(
                engine, ids, written.turned,
                lambda text: engine.view(steered_logits, text, a, b, layer, factor),
            ),
        )  # fmt: skip
        if written == before:
            return
        yield written


def _next(
    engine: Backend, ids: tuple[int, ...], new: tuple[int, ...], logits_of
) -> tuple[int, ...]:
    """A continuation with one token more; one that has ended stays."""
    if new and new[-1] == engine.tokenizer.eos_token_id:
        return new
    whole = (*ids, *new)
    logits = logits_of(engine.trace(whole))
    return (*new, choose(logits, SETTINGS, whole, np.random.default_rng(0))[0])
