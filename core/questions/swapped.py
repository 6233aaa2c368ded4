"""A prompt with two of its words exchanged: what the questions about order are about."""

from __future__ import annotations

from dataclasses import dataclass

from core.engine.backend import Backend
from core.language import _
from core.questions.found import Refused
from core.questions.reading import place_of
from core.tokens.encoding import encode
from core.views.swap import default_swap, exchanged, words_of
from core.views.trace import Trace


@dataclass(frozen=True, eq=False)
class Swapped:
    """Two words and the ids after their exchange.

    Attributes
    ----------
    trace : of the prompt as it is
    one, other : the words' numbers, counted from zero; the first of them stands first
    first, second : the positions of their tokens
    after : ids with the two exchanged
    """

    trace: Trace
    one: int
    other: int
    first: range
    second: range
    after: tuple[int, ...]


def swapped(
    engine: Backend,
    prompt: str,
    first: int | str | None = None,
    second: int | str | None = None,
) -> Swapped:
    """Exchange two words; refuses a prompt in which there is nothing before or after them.

    Parameters
    ----------
    first, second : a word, or its number counted from zero; None for two that are worth it
    """
    trace = engine.trace(prompt)
    words = words_of(engine.tokenizer, prompt, trace.n_ctx)
    default = _default(trace, words, default_swap(encode(engine.tokenizer, prompt), words))
    given = [
        default[n] if asked is None else _number(engine, trace, words, asked)
        for n, asked in enumerate((first, second))
    ]
    one, other = sorted(given)
    if one == other or one < 0 or _text(trace, words[one]) == _text(trace, words[other]):
        raise Refused(
            _("There are no two different words here that could change places."),
            _("Type a longer sentence."),
        )
    after = exchanged(trace.token_ids, words[one], words[other])
    return Swapped(trace, one, other, words[one], words[other], after)


def _default(trace: Trace, words: tuple[range, ...], telling: tuple[int, int]) -> tuple[int, int]:
    """Two telling words; where there are none, the first two after the prompt's first word."""
    if telling[0] > 0:
        return telling
    later = [n for n in range(1, len(words)) if trace.pieces[words[n].start].strip().isalpha()]
    for other in later[1:]:
        if _text(trace, words[other]) != _text(trace, words[later[0]]):
            return later[0], other
    return telling


def _text(trace: Trace, word: range) -> tuple[int, ...]:
    return tuple(trace.token_ids[i] for i in word)


def _number(engine: Backend, trace: Trace, words: tuple[range, ...], asked: int | str) -> int:
    """A word's number: of one that is written out, that of its first occurrence."""
    if isinstance(asked, int):
        if 0 <= asked < len(words):
            return asked
        raise Refused(
            _("The prompt has no such word."), _("Choose another one, or type a longer sentence.")
        )
    start = place_of(engine, trace, asked).start
    return next(n for n, word in enumerate(words) if start in word)
