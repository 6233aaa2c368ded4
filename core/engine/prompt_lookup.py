"""Guesses how a text that repeats itself goes on: prompt-lookup decoding.

Greedy GPT-2 soon writes in circles. Where the last few tokens stood before, what
came after them then is a good guess for what comes now, and the model checks
several guessed tokens in one pass for little more than the price of one. Each
token is still chosen from the model's own logits after all tokens before it, so
a wrong guess costs time and changes nothing.

References
----------
Leviathan, Kalman and Matias (2023), Fast Inference from Transformers via Speculative
Decoding, for checking many tokens at once; Saxena (2023), Prompt Lookup Decoding, for
guesses taken from the text.
"""

from __future__ import annotations

from collections.abc import Iterable

#: Tokens that must have stood together before.
NGRAM_SIZE = 3
#: Guesses in a row that must have been right before one is paid for: a text that does not
#: repeat itself costs nothing.
TRUST = 3


class PromptLookup:
    """A text and what its tokens promise.

    Parameters
    ----------
    ids : the text so far
    """

    def __init__(self, ids: Iterable[int] = ()) -> None:
        self._ids: list[int] = []
        self._after: dict[tuple[int, ...], int] = {}  # where the text went on the last time
        self._right = 0  # guesses in a row, made in thought only
        for token in ids:
            self.add(token)

    def add(self, token: int) -> None:
        """The text's next token."""
        end = tuple(self._ids[-NGRAM_SIZE:])
        at = self._after.get(end)
        self._right = self._right + 1 if at is not None and self._ids[at] == token else 0
        if len(end) == NGRAM_SIZE:
            self._after[end] = len(self._ids)
        self._ids.append(token)

    def guess(self, most: int) -> list[int]:
        """What may come next, at most so many tokens; more with each guess that was right."""
        at = self._after.get(tuple(self._ids[-NGRAM_SIZE:]))
        if at is None or self._right < TRUST:
            return []
        circle = self._ids[at:]  # it may be shorter than the guess
        return [circle[i % len(circle)] for i in range(max(0, min(most, self._right)))]
