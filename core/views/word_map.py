"""Where everyday words lie, and where context pushes the prompt's tokens among them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from core.model.loaded import LoadedModel
from core.tokens.encoding import encode
from core.views.arrays import read_only
from core.views.principal_axes import principal_axes
from core.views.trace import Trace, frozen
from core.views.vectors import unit
from core.views.wte import rows_of

if TYPE_CHECKING:  # importing transformers takes seconds
    from transformers import GPT2TokenizerFast


#: Everyday words for the map, by kind; each is one token with a space before it.
WORD_SETS: dict[str, tuple[str, ...]] = {
    "people": (
        *("king", "queen", "prince", "princess", "man", "woman"),
        *("boy", "girl", "father", "mother"),
    ),
    "animals": ("dog", "cat", "horse", "cow", "sheep", "bird", "fish", "mouse", "lion", "bear"),
    "numbers": ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "colours": ("red", "green", "blue", "yellow", "white", "black", "brown", "grey", "pink"),
    "actions": ("walk", "run", "jump", "swim", "eat", "drink", "sleep", "speak", "sing", "write"),
}


@dataclass(frozen=True, eq=False)
class WordMap:
    """Words and tokens on two axes; all vectors are scaled to length 1 first.

    Attributes
    ----------
    words : shape (n_words, 2)
    tokens : shape (n_ctx, 2); the rows of `wte`, before position and context
    path : shape (n_layer + 1, n_ctx, 2); the residual stream entering each block and leaving
        the last
    explained : shape (2,); each axis' share of the variance of `words` and the different `tokens`
    """

    words: np.ndarray
    tokens: np.ndarray
    path: np.ndarray
    explained: np.ndarray

    @property
    def reach(self) -> np.ndarray:
        """Smallest and largest x, smallest and largest y of all points at all layers: (4,)."""
        points = np.concatenate([self.words, self.tokens, *self.path])
        low, high = points.min(axis=0), points.max(axis=0)
        return np.array([low[0], high[0], low[1], high[1]])

    def trail(self, position: int, layer: int) -> np.ndarray:
        """Where a token has been: its embedding, its input, after each layer read so far.

        Parameters
        ----------
        layer : how many layers have been read

        Returns
        -------
        shape (layer + 2, 2)
        """
        return np.concatenate([self.tokens[position, None], self.path[: layer + 1, position]])


def single_tokens(tokenizer: GPT2TokenizerFast, kind: str) -> list[tuple[str, int]]:
    """The everyday words of a kind with their token; words that this vocabulary cuts are left out.

    Raises
    ------
    KeyError
        If there is no such kind in `WORD_SETS`.
    """
    found = [(word, encode(tokenizer, " " + word)) for word in WORD_SETS[kind]]
    return [(word, tokens[0].id) for word, tokens in found if len(tokens) == 1]


def word_map(loaded: LoadedModel, trace: Trace, word_ids: tuple[int, ...]) -> WordMap:
    """PCA of everyday words and the prompt's tokens, and the prompt's way through the layers.

    The axes are those of the embeddings alone, each different token counted once; the
    contextual vectors are placed on the same axes. All vectors are scaled to length 1: the
    residual stream grows a hundredfold and would leave the picture.

    Parameters
    ----------
    word_ids : tokens of the chosen words; may be empty

    Raises
    ------
    TooFewPoints
    """
    once = tuple(dict.fromkeys((*word_ids, *trace.token_ids)))
    rows = dict(zip(once, unit(frozen(rows_of(loaded, once))), strict=True))
    axes = principal_axes(np.stack(list(rows.values())))
    n_embd = loaded.shape.n_embd
    words = np.stack([rows[i] for i in word_ids]) if word_ids else np.zeros((0, n_embd))
    tokens = np.stack([rows[i] for i in trace.token_ids])
    path = np.stack([axes.place(unit(layer)) for layer in trace.resid])
    return WordMap(axes.place(words), axes.place(tokens), read_only(path), axes.explained)
