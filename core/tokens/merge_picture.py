"""Merges laid out for the charts: blocks over the bytes that they cover, and tables."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.numbers import count
from core.tokens.label import short
from core.tokens.merges import Merge, Replay
from core.tokens.vocabulary import Vocabulary


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


BYTE, DONE, NOW, LATER = "byte", "done", "now", "later"


def picture(vocab: Vocabulary, played: Replay, n_merges: int) -> list[dict]:
    """The blocks as rows for the chart.

    Returns
    -------
    rows of start, end (bytes), low, high (floors), text, step, rank and state:
    ``"byte"``, ``"done"`` before this step, ``"now"`` in it, ``"later"`` after it
    """
    return [
        {
            "start": block.start,
            "end": block.end,
            "low": block.low,
            "high": block.high,
            "text": short(vocab.data[block.id]),
            "step": block.step,
            "number": str(block.step) if block.step else "",
            "rank": "" if block.rank is None else count(block.rank),
            "id": block.id,
            "state": _state(block, n_merges),
        }
        for block in blocks(played)
    ]


def _state(block: Block, n_merges: int) -> str:
    if not block.step:
        return BYTE
    return NOW if block.step == n_merges else DONE if block.step < n_merges else LATER


def candidates(vocab: Vocabulary, merge: Merge) -> list[dict]:
    """The pairs of one step as rows for the chart, the winner first.

    Returns
    -------
    rows of pair, rank (None without a rule), count and won
    """
    return [
        {
            "pair": " + ".join(short(vocab.data[i]) for i in (pair.left, pair.right)),
            "rank": pair.rank,
            "count": pair.count,
            "won": pair is merge.winner,
        }
        for pair in (merge.winner, *merge.losers)
    ]


def as_table(vocab: Vocabulary, played: Replay) -> list[dict]:
    """Every step as a row: step, left, right, rank, losers, pieces."""
    return [
        {
            "step": step,
            "left": short(vocab.data[merge.winner.left]),
            "right": short(vocab.data[merge.winner.right]),
            "rank": merge.winner.rank,
            "losers": len(merge.losers),
            "pieces": " | ".join(short(vocab.data[i]) for i in merge.after),
        }
        for step, merge in enumerate(played.steps, start=1)
    ]
