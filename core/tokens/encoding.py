"""A text as tokens: their ids, their bytes and the characters that they cover."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from cachetools import LRUCache

from core.errors import TooMuchText
from core.language import _
from core.numbers import count
from core.tokens.label import bytes_label, clean, labels, piece, text_of
from core.tokens.vocabulary import Vocabulary, token_bytes, vocabulary

if TYPE_CHECKING:  # importing transformers takes seconds; the first page does not wait for it
    from transformers import GPT2TokenizerFast


@dataclass(frozen=True, slots=True)
class Token:
    """One token of a text.

    Attributes
    ----------
    id : index into the vocabulary
    data : its bytes, which need not be valid UTF-8 alone
    start, end : characters of the text that it covers; tokens that share a
        character (an emoji in three tokens) have overlapping spans
    shown : its label in its text, where that is another than its bytes alone have
    """

    id: int
    data: bytes
    start: int
    end: int
    shown: str = field(default="", compare=False)

    @property
    def piece(self) -> str:
        """The token as text; bytes that are no text alone in hex, such as ``<F0 9F>``."""
        return piece(self.data)

    @property
    def label(self) -> str:
        """The token for axes and tables: white space marked; see `core.tokens.label.labels`."""
        return self.shown or bytes_label(self.data)

    @property
    def is_text(self) -> bool:
        """Whether its bytes are text without their neighbours."""
        return text_of(self.data) is not None


@dataclass(frozen=True, eq=False)
class Encoding:
    """A tokenized text, kept as columns: 100,000 characters are cheap this way.

    Attributes
    ----------
    text : what was tokenized, lone surrogates replaced
    ids : shape (n_tokens,), int32, read-only
    spans : shape (n_tokens, 2), int32, read-only; first character and one past the last
    vocab : the vocabulary that the ids belong to
    """

    text: str
    ids: np.ndarray
    spans: np.ndarray
    vocab: Vocabulary

    def __len__(self) -> int:
        return len(self.ids)

    def tokens(self, first: int = 0, last: int | None = None) -> tuple[Token, ...]:
        """The tokens from `first` up to, without, `last`."""
        ids = self.ids[first:last].tolist()
        spans = self.spans[first:last].tolist()
        data = [self.vocab.data[i] for i in ids]
        shown = [""] * len(ids) if self.text.isascii() else labels(data)
        made = zip(ids, data, spans, shown, strict=True)
        return tuple(Token(i, part, a, b, label) for i, part, (a, b), label in made)

    def n_pages(self, size: int) -> int:
        """How many pages of `size` tokens the text fills."""
        return -(-len(self) // size)

    def page(self, number: int, size: int) -> tuple[int, int]:
        """First token and one past the last on a page, the pages counted from 1."""
        first = (number - 1) * size
        return first, min(len(self), first + size)


#: Texts of the last minutes, shared by all sessions: two million characters at most.
_remembered: LRUCache = LRUCache(2_000_000, getsizeof=lambda encoded: len(encoded.text) + 100)
_lock = threading.Lock()


def encoding(
    tokenizer: GPT2TokenizerFast, text: str, max_characters: int | None = None
) -> Encoding:
    """A text as columns of ids and spans. ``<|endoftext|>`` typed as text stays text.

    Raises
    ------
    TooMuchText
        If the text is longer than `max_characters`.
    """
    if max_characters is not None and len(text) > max_characters:
        raise TooMuchText(
            _("The text has {n} characters; this server reads at most {limit}.").format(
                n=count(len(text)), limit=count(max_characters)
            ),
            _("Shorten it; nothing that you typed is lost."),
        )
    vocab = vocabulary(tokenizer)
    key = (id(vocab), text)
    with _lock:
        known = _remembered.get(key)
    # An address can come back after its owner is gone; the table itself tells them apart.
    if known is not None and known.vocab is vocab:
        return known
    encoded = _encoded(vocab, clean(text))
    with _lock:
        try:
            _remembered[key] = encoded
        except ValueError:  # longer than the whole memory: given out, not kept
            pass
    return encoded


def _encoded(vocab: Vocabulary, text: str) -> Encoding:
    found = vocab.backend.encode(text, add_special_tokens=False)
    ids = np.array(found.ids, dtype=np.int32)
    spans = np.array(found.offsets, dtype=np.int32).reshape(-1, 2)
    ids.flags.writeable = spans.flags.writeable = False
    return Encoding(text, ids, spans, vocab)


def encode(
    tokenizer: GPT2TokenizerFast, text: str, max_characters: int | None = None
) -> tuple[Token, ...]:
    """A text as tokens. ``<|endoftext|>`` typed as text stays text.

    Raises
    ------
    TooMuchText
        If the text is longer than `max_characters`.
    """
    return encoding(tokenizer, text, max_characters).tokens()


def decode(tokenizer: GPT2TokenizerFast, token_ids: Sequence[int]) -> str:
    """Token ids as text; bytes that are not valid UTF-8 become U+FFFD."""
    return b"".join(token_bytes(tokenizer, i) for i in token_ids).decode("utf-8", "replace")


def groups(tokens: Sequence[Token]) -> tuple[tuple[int, int], ...]:
    """Runs of tokens that share characters: an emoji in three tokens is one group.

    Returns
    -------
    (first, one past the last) index of every group, in order; together they
    cover all tokens, and most hold a single one
    """
    found: list[tuple[int, int]] = []
    first, reach = 0, -1
    for index, token in enumerate(tokens):
        if index > first and token.start >= reach:
            found.append((first, index))
            first = index
        reach = max(reach, token.end) if index > first else token.end
    if tokens:
        found.append((first, len(tokens)))
    return tuple(found)
