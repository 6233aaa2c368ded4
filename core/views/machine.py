"""The whole machine in one picture: what it needs of a text, and nothing that grows with it.

Only NumPy is imported here: the picture of an example lies beside the embedded model
and is shown while the libraries are still on their way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

#: Tokens that are drawn; of longer texts the rest is folded away and counted.
MOST_ROWS = 20
#: Next tokens that are listed.
TOP = 8
#: Two weights nearer than that are one: which is larger hangs on the processor.
ALIKE = 1e-4
#: Sources of a block's strongest head that are drawn, and the least weight of one.
SOURCES, LEAST = 4, 0.03
#: Of the rows, how many may be sources that lie far from the chosen token.
_FAR = 9


@dataclass(frozen=True)
class Look:
    """What the strongest head of a block does for the chosen token.

    Attributes
    ----------
    head : counted from zero
    keys : positions that it looks at, strongest first
    weights : how much of its attention each gets, in [0, 1]
    """

    head: int
    keys: tuple[int, ...]
    weights: tuple[float, ...]


@dataclass(frozen=True)
class Answer:
    """A token that the model holds most probable, with its probability."""

    token_id: int
    label: str
    prob: float


@dataclass(frozen=True, eq=False)
class Machine:
    """A text on its way through the model, as one token sees it.

    Attributes
    ----------
    n_ctx : tokens of the text
    at : position of the chosen token
    positions : of the tokens that are drawn, in their order; length n_rows
    ids, labels : theirs
    n_embd, n_head, n_vocab : of the model
    strips : shape (n_layer + 1, n_rows, n_bins), float32, read-only
        The residual stream that enters each block, and what leaves the last one; each
        number is the mean of a stretch of dimensions.
    edges : shape (n_bins + 1,); where the stretches begin and end
    norms : length n_layer + 1; Euclidean length of the chosen token's vector
    looks : length n_layer; the strongest head of each block
    answers : length n_layer + 1; what the logit lens reads at the chosen token
    best : the most probable next tokens after the chosen one, best first
    """

    n_ctx: int
    at: int
    positions: tuple[int, ...]
    ids: tuple[int, ...]
    labels: tuple[str, ...]
    n_embd: int
    n_head: int
    n_vocab: int
    strips: np.ndarray
    edges: np.ndarray
    norms: tuple[float, ...]
    looks: tuple[Look, ...]
    answers: tuple[Answer, ...]
    best: tuple[Answer, ...]

    @property
    def n_layer(self) -> int:
        return len(self.looks)

    @property
    def row(self) -> int:
        """Which of the rows is the chosen token's."""
        return self.positions.index(self.at)

    @property
    def is_last(self) -> bool:
        """Whether the chosen token ends the text, so that `best` can be written."""
        return self.at == self.n_ctx - 1

    def label_at(self, position: int) -> str:
        """The label of a token that is drawn."""
        return self.labels[self.positions.index(position)]


def bins_of(n_layer: int, n_embd: int) -> np.ndarray:
    """Where the stretches of dimensions begin and end; fewer where many blocks share the width."""
    n_bins = min(n_embd, 32 if n_layer <= 12 else 16)
    return np.linspace(0, n_embd, n_bins + 1).round().astype(np.uint16)


def pooled(vectors: np.ndarray, edges: np.ndarray) -> np.ndarray:
    """Means over stretches of dimensions; (..., n_embd) to (..., n_bins), float32."""
    sums = np.add.reduceat(vectors, edges[:-1].astype(int), axis=-1)
    return (sums / np.diff(edges.astype(int))).astype(np.float32)


def strongest(pattern: np.ndarray) -> Look:
    """The head that looks hardest at one earlier token; the first of those that do so alike.

    The first token collects what a head has no use for (Xiao et al. 2023, *Efficient
    Streaming Language Models with Attention Sinks*), so it counts only where no other is.

    Parameters
    ----------
    pattern : shape (n_head, position + 1); one query's row of every head
    """
    here = pattern.shape[1] - 1
    earlier = slice(1, here) if here > 1 else slice(0, max(here, 1))
    most = pattern[:, earlier].max(-1)
    head = int(np.argmax(most >= most.max() - ALIKE))
    row = pattern[head]
    order = [int(i) for i in np.argsort(-row, kind="stable")[:SOURCES]]
    kept = [i for i in order if row[i] >= LEAST] or order[:1]
    return Look(head, tuple(kept), tuple(float(row[i]) for i in kept))


def rows_of(n_ctx: int, at: int, looks: Sequence[Look]) -> tuple[int, ...]:
    """The tokens that are drawn, in their order: all, or those that matter to the chosen one."""
    if n_ctx <= MOST_ROWS:
        return tuple(range(n_ctx))
    wanted = dict.fromkeys([at, *_by_weight(looks)][: _FAR + 1])
    near = [i for d in range(MOST_ROWS) for i in (at - d, at + d) if 0 <= i < n_ctx]
    # Of what lies behind the chosen token two are enough: it cannot see them.
    near = [i for i in near if i <= at + 2]
    everything = dict.fromkeys([*wanted, 0, *near, *range(n_ctx)])
    return tuple(sorted(list(everything)[:MOST_ROWS]))


def _by_weight(looks: Iterable[Look]) -> list[int]:
    """Positions that the strongest heads look at, the heaviest first."""
    pairs = [pair for look in looks for pair in zip(look.weights, look.keys, strict=True)]
    return list(dict.fromkeys(key for _weight, key in sorted(pairs, key=lambda p: (-p[0], p[1]))))
