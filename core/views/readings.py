"""A typed word as tokens: with a space before it, as typed, or as the mean of its pieces."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.tokens.encoding import encode

if TYPE_CHECKING:  # importing transformers takes seconds
    from transformers import GPT2TokenizerFast


@dataclass(frozen=True)
class Reading:
    """One way to take a typed word as a vector.

    Attributes
    ----------
    ids : the tokens; of several the mean of their rows is taken
    pieces : the same as text
    whole : whether these are all tokens of the word, not one piece of it
    """

    ids: tuple[int, ...]
    pieces: tuple[str, ...]
    whole: bool


def readings(tokenizer: GPT2TokenizerFast, text: str) -> tuple[Reading, ...]:
    """The ways to take a typed word, the best first.

    A word in the middle of a sentence begins with a space, and that token is the one the
    model knows best: so the word is tried with a space before it, then as typed. A word of
    several tokens gives their mean, then each of them.

    Parameters
    ----------
    text : as typed; spaces around it do not count, unless it is nothing else

    Returns
    -------
    tuple
        Empty if nothing was typed.
    """
    word = text.strip() or text
    if not word:
        return ()
    spaced = encode(tokenizer, " " + word) if word.strip() else ()
    plain = encode(tokenizer, word)
    found: list[Reading] = []
    for tokens in sorted(filter(None, (spaced, plain)), key=len):
        found.append(
            Reading(tuple(t.id for t in tokens), tuple(t.piece for t in tokens), whole=True)
        )
    best = found[0]
    if len(best.ids) > 1:
        singles = zip(best.ids, best.pieces, strict=True)
        found += [Reading((i,), (p,), whole=False) for i, p in singles]
    return tuple(dict.fromkeys(found))


def word_of(tokenizer: GPT2TokenizerFast, ids: tuple[int, ...], text: str) -> range | None:
    """Where a word stands in a tokenized text: its first occurrence, or None.

    Parameters
    ----------
    ids : tokens of the text
    text : the word, as typed; it is looked for with and without a space before it
    """
    for reading in readings(tokenizer, text):
        if not reading.whole:
            continue
        n = len(reading.ids)
        for start in range(len(ids) - n + 1):
            if ids[start : start + n] == reading.ids:
                return range(start, start + n)
    return None
