"""Two words change places: whose vectors move, and how far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.tokens.encoding import Token, encoding
from core.tokens.pretokens import cuts
from core.views.arrays import read_only

if TYPE_CHECKING:  # importing transformers takes seconds
    from transformers import GPT2TokenizerFast

    from core.model.loaded import LoadedModel
    from core.views.trace import Trace


def words_of(tokenizer: GPT2TokenizerFast, text: str, n_tokens: int) -> tuple[range, ...]:
    """Which tokens make up each word of a text (a word: what byte-pair encoding starts from).

    Parameters
    ----------
    n_tokens : how many tokens are read; a word that is cut is left out
    """
    encoded = encoding(tokenizer, text)
    starts = [start for start, _end in cuts(encoded.vocab, encoded.text)]
    first = [*np.searchsorted(encoded.spans[:, 0], starts).tolist(), len(encoded)]
    return tuple(range(a, b) for a, b in pairwise(first) if b <= n_tokens)


def texts_of(tokens: Sequence[Token], words: Sequence[range]) -> list[str]:
    """Each word as text."""
    return ["".join(tokens[i].piece for i in word) for word in words]


def exchanged(ids: tuple[int, ...], one: range, other: range) -> tuple[int, ...]:
    """The ids with two words exchanged.

    Raises
    ------
    ValueError
        If the words overlap.
    """
    first, second = sorted((one, other), key=lambda r: r.start)
    if first.stop > second.start:
        raise ValueError("the two words overlap")
    return (
        *ids[: first.start],
        *ids[second.start : second.stop],
        *ids[first.stop : second.start],
        *ids[first.start : first.stop],
        *ids[second.stop :],
    )


def change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """How far vectors moved, as a share of their former length: ``|after - before| / |before|``.

    Parameters
    ----------
    before, after : shape (..., n_embd)

    Returns
    -------
    shape (...)
    """
    moved = np.linalg.norm(after - before, axis=-1)
    return read_only(moved / np.maximum(np.linalg.norm(before, axis=-1), np.float32(1e-12)))


def change_between(_loaded: LoadedModel, before: Trace, after: Trace) -> np.ndarray:
    """`change` of the residual stream from one text to another; shape (n_layer + 1, n_ctx)."""
    return change(before.resid, after.resid)


def default_swap(tokens: Sequence[Token], words: Sequence[range]) -> tuple[int, int]:
    """Two words that are worth exchanging: the first two different ones of four letters or more.

    The earlier they stand, the more comes after them that can change. The prompt's first word is
    passed over: it has no space before it.

    Returns
    -------
    Their indices in `words`; the first and the last word if there are no such two.
    """
    texts = [text.strip() for text in texts_of(tokens, words)]
    long = [n for n, text in enumerate(texts) if n and len(text) >= 4 and text.isalpha()]
    for other in long[1:]:
        if texts[other] != texts[long[0]]:
            return long[0], other
    return 0, len(words) - 1


@dataclass(frozen=True)
class SwapReport:
    """What an exchange of two words did, as shares of the vectors' lengths.

    Attributes
    ----------
    swapped : positions of the exchanged words' tokens
    before : largest movement of a token before the first of the two words, at any layer
    moved : mean movement of the exchanged words' tokens after the last layer
    rest : mean movement of the other tokens after the first of the two words; 0 if there are none
    last : movement of the prompt's last token after the last layer
    """

    swapped: tuple[int, ...]
    before: float
    moved: float
    rest: float
    last: float


def swap_report(moves: np.ndarray, one: range, other: range) -> SwapReport:
    """The numbers that matter of an exchange.

    Parameters
    ----------
    moves : shape (n_layer + 1, n_ctx), as `change` gives them
    one, other : the positions of the two words
    """
    swapped = sorted({*one, *other})
    after = [i for i in range(swapped[0], moves.shape[1]) if i not in swapped]
    return SwapReport(
        tuple(swapped),
        float(moves[:, : swapped[0]].max(initial=0.0)),
        float(moves[-1, swapped].mean()),
        float(moves[-1, after].mean()) if after else 0.0,
        float(moves[-1, -1]),
    )
