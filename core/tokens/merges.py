"""Byte-pair encoding, one merge at a time.

GPT-2 learned 50,000 rules "these two pieces become one" and ranks them. Inside
a span, the neighbouring pair with the lowest rank is joined first, wherever it
occurs, until no rule fits (Sennrich et al. 2016, algorithm 1; over bytes:
Radford et al. 2019, section 2.2).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from itertools import pairwise

from core.tokens.tokenizer import Token, clean, label, pretokens
from core.tokens.vocabulary import Vocabulary, text_of


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


def replay(words: Vocabulary, data: bytes) -> Replay:
    """Merge the bytes of one span, keeping every step."""
    start = pieces = tuple(words.byte_ids[b] for b in data)
    steps: list[Merge] = []
    while True:
        pairs = _pairs(words, pieces)
        if not pairs or pairs[0].rank is None:
            return Replay(data, start, tuple(steps), tuple(pairs))
        winner = pairs[0]
        product = words.merges[winner.left, winner.right][1]
        joined = _join(pieces, winner.left, winner.right, product)
        steps.append(Merge(winner, tuple(pairs[1:]), product, pieces, joined))
        pieces = joined


def _pairs(words: Vocabulary, pieces: tuple[int, ...]) -> list[Pair]:
    counted = Counter(pairwise(pieces))
    found = []
    for (left, right), count in counted.items():
        rule = words.merges.get((left, right))
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
    words: Vocabulary, text: str, ids: tuple[int, ...], start: int = 0
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
        data = words.data[number]
        end = at + len(data)
        tokens.append(Token(number, data, owner[at], owner[end - 1] + 1))
        at = end
    return tuple(tokens)


def merge_text(words: Vocabulary, text: str) -> tuple[Token, ...]:
    """A whole text through our own merges: what `encode` does, the slow and visible way.

    The tests hold this against transformers' tokenizer, ids and spans both.
    """
    return tuple(
        token
        for span in pretokens(words, clean(text))
        for token in as_tokens(words, span.text, replay(words, span.text.encode()).ids, span.start)
    )


# --- the picture of the merges -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Block:
    """A piece in the picture: it lies over its bytes, its two parts lie under it.

    Attributes
    ----------
    id : the piece
    start, end : the bytes that it covers
    low, high : its floors; bytes lie on floor 0, final tokens reach the top
    step : the merge that made it, from 1; 0 for a byte
    rank : the rank of this merge; None for a byte
    last : the merge that used it up; None for a final token
    """

    id: int
    start: int
    end: int
    low: int
    high: int
    step: int
    rank: int | None
    last: int | None


def blocks(played: Replay) -> tuple[Block, ...]:
    """Lay out a replay as blocks that fill a rectangle, bytes below, tokens on top."""
    # `high` is not known before a piece is used up: until then it equals `low`.
    standing = [Block(i, n, n + 1, 0, 0, 0, None, None) for n, i in enumerate(played.start)]
    done: list[Block] = []
    for step, merge in enumerate(played.steps, start=1):
        after: list[Block] = []
        at = 0
        for number in merge.after:
            if standing[at].id == number:
                after.append(standing[at])
                at += 1
                continue
            left, right = standing[at : at + 2]
            low = max(left.low, right.low) + 1
            done += [replace(part, high=low, last=step) for part in (left, right)]
            rank = merge.winner.rank
            after.append(Block(number, left.start, right.end, low, low, step, rank, None))
            at += 2
        standing = after
    top = max((block.low for block in standing), default=0) + 1
    done += [replace(block, high=top) for block in standing]
    return tuple(sorted(done, key=lambda block: (block.step, block.start)))


def family(words: Vocabulary, number: int) -> Replay:
    """How a token of the vocabulary is built from smaller ones, as a replay of its own rules.

    A token's parts are fixed by the one rule that made it, so this holds for
    every token, also for the few that no text reaches.
    """
    data = words.data[number]
    if words.left[number] < 0:
        return Replay(data, (number,), (), ())
    order: list[int] = []

    def visit(piece: int) -> None:
        if words.left[piece] >= 0:
            visit(int(words.left[piece]))
            visit(int(words.right[piece]))
            order.append(piece)

    visit(number)
    start = pieces = tuple(words.byte_ids[b] for b in data)
    steps = []
    for product in sorted(set(order), key=lambda piece: int(words.rank[piece])):
        left, right = int(words.left[product]), int(words.right[product])
        joined = _join(pieces, left, right, product)
        rank = int(words.rank[product])
        winner = Pair(left, right, len(pieces) - len(joined), rank)
        steps.append(Merge(winner, (), product, pieces, joined))
        pieces = joined
    return Replay(data, start, tuple(steps), ())


BYTE, DONE, NOW, LATER = "byte", "done", "now", "later"


def short(data: bytes) -> str:
    """A piece as the charts write it: text, or bare hex."""
    text = text_of(data)
    return data.hex(" ").upper() if text is None else label(text)


def picture(words: Vocabulary, played: Replay, n_merges: int) -> list[dict]:
    """The blocks as rows for the chart.

    Returns
    -------
    rows of start, end (bytes), low, high (floors), text, step, rank and state:
    ``"byte"``, ``"done"`` before this step, ``"now"`` in it, ``"later"`` after it
    """
    rows = []
    for block in blocks(played):
        state = BYTE if not block.step else DONE if block.step < n_merges else LATER
        if block.step and block.step == n_merges:
            state = NOW
        rows.append(
            {
                "start": block.start,
                "end": block.end,
                "low": block.low,
                "high": block.high,
                "text": short(words.data[block.id]),
                "step": block.step,
                "number": str(block.step) if block.step else "",
                "rank": "" if block.rank is None else f"{block.rank:,}",
                "id": block.id,
                "state": state,
            }
        )
    return rows


def candidates(words: Vocabulary, merge: Merge) -> list[dict]:
    """The pairs of one step as rows for the chart, the winner first.

    Returns
    -------
    rows of pair, rank (None without a rule), count and won
    """
    return [
        {
            "pair": " + ".join(short(words.data[i]) for i in (pair.left, pair.right)),
            "rank": pair.rank,
            "count": pair.count,
            "won": pair is merge.winner,
        }
        for pair in (merge.winner, *merge.losers)
    ]


def as_table(words: Vocabulary, played: Replay) -> list[dict]:
    """Every step as a row: step, left, right, rank, losers, pieces."""
    return [
        {
            "step": step,
            "left": short(words.data[merge.winner.left]),
            "right": short(words.data[merge.winner.right]),
            "rank": merge.winner.rank,
            "losers": len(merge.losers),
            "pieces": " | ".join(short(words.data[i]) for i in merge.after),
        }
        for step, merge in enumerate(played.steps, start=1)
    ]
