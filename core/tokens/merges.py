"""Byte-pair encoding, one merge at a time.

GPT-2 learned 50,000 rules "these two pieces become one" and ranks them. Inside
a span, the neighbouring pair with the lowest rank is joined first, wherever it
occurs, until no rule fits (Sennrich et al. 2016, algorithm 1; over bytes:
Radford et al. 2019, section 2.2).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from core.tokens.encoding import Token
from core.tokens.label import clean
from core.tokens.pretokens import pretokens
from core.tokens.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class Pair:
    """Two neighbours that might be joined.

    Attributes
    ----------
    left, right : ids of the two pieces
    count : how often they stand side by side
    rank : the rule's number, from 0; None if GPT-2 has no rule for them
    """

    left: int
    right: int
    count: int
    rank: int | None


@dataclass(frozen=True, slots=True)
class Merge:
    """One step: the pair that won, and those that lost.

    Attributes
    ----------
    winner : the pair with the lowest rank
    losers : the other pairs, lowest rank first, those without a rule last
    product : id of the piece that the winner becomes
    before, after : ids of all pieces
    """

    winner: Pair
    losers: tuple[Pair, ...]
    product: int
    before: tuple[int, ...]
    after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Replay:
    """All merges of one span, in GPT-2's order.

    Attributes
    ----------
    data : the bytes of the span
    start : ids of the single bytes
    steps : the merges
    left_over : the pairs that remain and have no rule
    """

    data: bytes
    start: tuple[int, ...]
    steps: tuple[Merge, ...]
    left_over: tuple[Pair, ...]

    @property
    def ids(self) -> tuple[int, ...]:
        """The final tokens."""
        return self.after(len(self.steps))

    def after(self, n_merges: int) -> tuple[int, ...]:
        """The pieces when `n_merges` steps are done."""
        return self.steps[n_merges - 1].after if n_merges else self.start


def replay(vocab: Vocabulary, data: bytes) -> Replay:
    """Merge the bytes of one span, keeping every step."""
    start = pieces = tuple(vocab.byte_ids[b] for b in data)
    steps: list[Merge] = []
    while True:
        pairs = _pairs(vocab, pieces)
        if not pairs or pairs[0].rank is None:
            return Replay(data, start, tuple(steps), tuple(pairs))
        winner = pairs[0]
        product = vocab.merges[winner.left, winner.right][1]
        joined = _join(pieces, winner.left, winner.right, product)
        steps.append(Merge(winner, tuple(pairs[1:]), product, pieces, joined))
        pieces = joined


def _pairs(vocab: Vocabulary, pieces: tuple[int, ...]) -> list[Pair]:
    counted = Counter(pairwise(pieces))
    found = []
    for (left, right), count in counted.items():
        rule = vocab.merges.get((left, right))
        found.append(Pair(left, right, count, None if rule is None else rule[0]))
    # sorted() is stable: pairs without a rule keep the order of the text.
    return sorted(found, key=lambda pair: float("inf") if pair.rank is None else pair.rank)


def _join(pieces: tuple[int, ...], left: int, right: int, product: int) -> tuple[int, ...]:
    out: list[int] = []
    at, last = 0, len(pieces) - 1
    while at <= last:
        if at < last and pieces[at] == left and pieces[at + 1] == right:
            out.append(product)
            at += 2
        else:
            out.append(pieces[at])
            at += 1
    return tuple(out)


def as_tokens(
    vocab: Vocabulary, text: str, ids: tuple[int, ...], start: int = 0
) -> tuple[Token, ...]:
    """The pieces of a span with the characters that they cover.

    Parameters
    ----------
    text : the span
    ids : pieces whose bytes together are those of `text`
    start : place of the span in the whole text
    """
    # The character, counted in the whole text, to which each byte belongs.
    owner = [start + n for n, character in enumerate(text) for _byte in character.encode()]
    tokens: list[Token] = []
    at = 0
    for number in ids:
        data = vocab.data[number]
        end = at + len(data)
        tokens.append(Token(number, data, owner[at], owner[end - 1] + 1))
        at = end
    return tuple(tokens)


def merge_text(vocab: Vocabulary, text: str) -> tuple[Token, ...]:
    """A whole text through our own merges: what `encode` does, the slow and visible way.

    The tests hold this against transformers' tokenizer, ids and spans both.
    """
    return tuple(
        token
        for span in pretokens(vocab, clean(text))
        for token in as_tokens(vocab, span.text, replay(vocab, span.text.encode()).ids, span.start)
    )


def parts(vocab: Vocabulary, token_id: int) -> Iterator[int]:
    """A token, its left part with all of that one's parts, and its right part: down to bytes."""
    yield token_id
    if vocab.left[token_id] >= 0:
        yield from parts(vocab, int(vocab.left[token_id]))
        yield from parts(vocab, int(vocab.right[token_id]))


def family(vocab: Vocabulary, token_id: int) -> Replay:
    """How a token of the vocabulary is built from smaller ones, as a replay of its own rules.

    A token's parts are fixed by the one rule that made it, so this holds for
    every token, also for the few that no text reaches.
    """
    data = vocab.data[token_id]
    if vocab.left[token_id] < 0:
        return Replay(data, (token_id,), (), ())
    products = {part for part in parts(vocab, token_id) if vocab.left[part] >= 0}
    start = pieces = tuple(vocab.byte_ids[b] for b in data)
    steps = []
    for product in sorted(products, key=lambda part: int(vocab.rank[part])):
        left, right = int(vocab.left[product]), int(vocab.right[product])
        joined = _join(pieces, left, right, product)
        winner = Pair(left, right, len(pieces) - len(joined), int(vocab.rank[product]))
        steps.append(Merge(winner, (), product, pieces, joined))
        pieces = joined
    return Replay(data, start, tuple(steps), ())
