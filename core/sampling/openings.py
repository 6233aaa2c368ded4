"""Many continuations of one prompt: which words they open with, and how often."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

# White space, then a run of letters and digits, or of anything else that is not white space.
_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)|\s+$")


def first_words(text: str, n: int) -> tuple[str, ...]:
    """The first `n` words of a text, white space around them removed.

    A run of punctuation counts as a word; text that is all white space has none.
    """
    words = [m.group().strip() for m in _WORD.finditer(text)]
    return tuple(word for word in words if word)[:n]


@dataclass(frozen=True)
class Opening:
    """One box of the tree: everything that begins with the same words.

    Attributes
    ----------
    depth : 0 for first words
    word : the word at that depth; empty where the texts had ended before
    start, count : the box covers draws [start, start + count) once these are sorted
    before : the words that lead here
    """

    depth: int
    word: str
    start: int
    count: int
    before: tuple[str, ...]


def openings(texts: Sequence[str], depth: int = 3) -> tuple[Opening, ...]:
    """The tree of openings, frequent branches first.

    Parameters
    ----------
    texts : the continuations, one per draw
    depth : how many words deep
    """
    starts = [(*first_words(text, depth), *("",) * depth)[:depth] for text in texts]
    return tuple(_grow(starts, (), 0))


def _grow(starts: Sequence[tuple[str, ...]], before: tuple[str, ...], at: int) -> Iterator[Opening]:
    """The branches of texts that all begin with `before`; the first of them is draw `at`."""
    level = len(before)
    groups: dict[str, list[tuple[str, ...]]] = {}
    for start in starts:
        if level < len(start):
            groups.setdefault(start[level], []).append(start)
    for word, group in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
        yield Opening(level, word, at, len(group), before)
        if word:
            yield from _grow(group, (*before, word), at)
        at += len(group)


@dataclass(frozen=True)
class FirstToken:
    """How often a token came first, and how often it should.

    Attributes
    ----------
    token_id : the token
    count : in how many draws it came first
    expected : number of draws times its probability
    """

    token_id: int
    count: int
    expected: float


def first_tokens(
    drawn: Sequence[int], probs: np.ndarray, n_rows: int = 12
) -> tuple[FirstToken, ...]:
    """First tokens, most frequent first; then likely ones that luck left out.

    Parameters
    ----------
    drawn : the first token of each draw
    probs : shape (n_vocab,), the distribution that it was drawn from
    n_rows : how many tokens at most
    """
    counts = Counter(drawn)
    likely = np.argsort(-probs, kind="stable")[:n_rows].tolist()
    pool = {*counts, *(t for t in likely if probs[t] > 0)}
    order = sorted(pool, key=lambda t: (-counts[t], -float(probs[t]), t))[:n_rows]
    return tuple(FirstToken(t, counts[t], len(drawn) * float(probs[t])) for t in order)
