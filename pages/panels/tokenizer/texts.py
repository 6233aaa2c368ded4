"""What the panels look at: the whole text, its beginning, and the word whose merges are shown."""

from __future__ import annotations

from functools import lru_cache

from core.tokens.encoding import Encoding, encoding
from core.tokens.label import first_bytes
from core.tokens.pretokens import Span, opening, pretokens
from core.tokens.vocabulary import Vocabulary, vocabulary
from pages.kit.current import Current

LONGEST_WORD = 64  # bytes whose merges still make a legible picture


def vocab(now: Current) -> Vocabulary:
    return vocabulary(now.engine.tokenizer)


def whole(now: Current) -> Encoding:
    """All tokens of the text, also those that the model does not read."""
    return encoding(now.engine.tokenizer, now.text)


def beginning(now: Current) -> str:
    """As much of a long text as its spans and boxes show."""
    return _opening(whole(now))[0]


def spans(now: Current) -> tuple[Span, ...]:
    """Where the beginning is cut."""
    return _opening(whole(now))[1]


# Several panels and parameters ask in every run, and many sessions look at the same examples.
@lru_cache(maxsize=32)
def _opening(text: Encoding) -> tuple[str, tuple[Span, ...]]:
    start = opening(text.vocab, text.text) or text.text[:LONGEST_WORD]
    return start, pretokens(text.vocab, start)


def first_span(now: Current, typed: str) -> str:
    """What is merged of a word that may be cut before any merge, and may be too long."""
    span = pretokens(vocab(now), typed)[0]
    return first_bytes(span.text, LONGEST_WORD)
