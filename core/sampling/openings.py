"""Many continuations of one prompt: which words they open with, and how often."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# White space, then a run of letters and digits, or of anything else that is not white space.
_WORD = re.compile(r"\s*(?:\w+|[^\w\s]+)|\s+$")


def words(text: str, n: int) -> tuple[str, ...]:
    """The first `n` words of a text, white space around them removed.

    A run of punctuation counts as a word; text that is all white space has none.
    """
    found = [m.group().strip() for m in _WORD.finditer(text)]
    return tuple(w for w in found if w)[:n]


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
    starts = [(*words(t, depth), *("",) * depth)[:depth] for t in texts]
    found: list[Opening] = []

    def grow(members: list[tuple[str, ...]], before: tuple[str, ...], at: int) -> None:
        level = len(before)
        if level == depth:
            return
        groups: dict[str, list[tuple[str, ...]]] = {}
        for member in members:
            groups.setdefault(member[level], []).append(member)
        for word, group in sorted(groups.items(), key=lambda g: (-len(g[1]), g[0])):
            found.append(Opening(level, word, at, len(group), before))
            if word:
                grow(group, (*before, word), at)
            at += len(group)

    grow(starts, (), 0)
    return tuple(found)


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
    counts: dict[int, int] = {}
    for token in drawn:
        counts[token] = counts.get(token, 0) + 1
    likely = np.argsort(-probs, kind="stable")[:n_rows].tolist()
    pool = {*counts, *(t for t in likely if probs[t] > 0)}
    order = sorted(pool, key=lambda t: (-counts.get(t, 0), -float(probs[t]), t))[:n_rows]
    return tuple(FirstToken(t, counts.get(t, 0), len(drawn) * float(probs[t])) for t in order)
