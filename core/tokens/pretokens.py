"""Where a text is cut before anything is merged.

GPT-2's pattern cuts a text into spans, words with their space before them for
the most part; merges never cross the end of a span (Radford et al. 2019,
section 2.2).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from core.tokens.encoding import Encoding, Token
from core.tokens.label import clean
from core.tokens.vocabulary import Vocabulary

CONTRACTION, LETTERS, NUMBERS, OTHER, SPACE = "contraction", "letters", "numbers", "other", "space"
KINDS = (LETTERS, NUMBERS, OTHER, SPACE, CONTRACTION)
#: The pattern of GPT-2's published encoder.py; \p{L} are letters, \p{N} numbers of any script.
PATTERN = r"""'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"""
_CONTRACTIONS = frozenset({"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"})


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch that GPT-2's pattern cuts out before any merge; merges never cross its ends.

    Attributes
    ----------
    text : the characters
    start, end : their place in the whole text
    kind : which alternative of the pattern matched, one of `KINDS`
    """

    text: str
    start: int
    end: int
    kind: str


def kind_of(span: str) -> str:
    """Which alternative of GPT-2's pattern a span of it belongs to."""
    if span in _CONTRACTIONS:
        return CONTRACTION
    bare = span[1:] if span[:1] == " " and len(span) > 1 else span
    if bare.isspace():
        return SPACE
    category = unicodedata.category(bare[0])
    return {"L": LETTERS, "N": NUMBERS}.get(category[0], OTHER)


def cuts(vocab: Vocabulary, text: str) -> list[tuple[int, int]]:
    """First character and one past the last of every span."""
    cutter: Any = vocab.backend.pre_tokenizer
    return [place for _name, place in cutter.pre_tokenize_str(text)]


def pretokens(vocab: Vocabulary, text: str) -> tuple[Span, ...]:
    """The spans that GPT-2's pattern cuts, in order."""
    cleaned = clean(text)
    return tuple(Span(cleaned[a:b], a, b, kind_of(cleaned[a:b])) for a, b in cuts(vocab, cleaned))


def span_at(encoded: Encoding, index: int) -> Span:
    """The span that holds the token at `index`."""
    start, text = int(encoded.spans[index, 0]), encoded.text
    a, b = next((a, b) for a, b in cuts(encoded.vocab, text) if a <= start < b)
    return Span(text[a:b], a, b, kind_of(text[a:b]))


def opening(vocab: Vocabulary, text: str, limit: int = 1_500) -> str:
    """The first `limit` characters or fewer, cut where their tokens are those of the whole text."""
    if len(text) <= limit:
        return text
    cut = clean(text)[: limit + 200]
    # Spans are cut without regard to what follows, but for white space: end after something else.
    ends = [s.end for s in pretokens(vocab, cut) if s.end <= limit and s.kind != SPACE]
    return cut[: ends[-1]] if ends else ""


def most_telling(spans: Iterable[Span]) -> str:
    """The span with the most bytes, words before other things: the one to watch being merged."""
    best = max(spans, key=lambda s: (s.kind == LETTERS, len(s.text.encode()) <= 50, len(s.text)))
    return best.text


def variants(word: str) -> tuple[str, ...]:
    """One word as it may stand in a text: with a space or capitals; each is cut on its own."""
    bare = word.strip() or word
    forms = (bare.lower(), bare.capitalize(), bare.upper())
    return tuple(dict.fromkeys(s for form in forms for s in (" " + form, form)))


def distinct(texts: Iterable[tuple[Token, ...]]) -> int:
    """How many different token ids several texts have together."""
    return len({token.id for tokens in texts for token in tokens})
