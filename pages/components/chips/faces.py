"""Rows of tokens as the browser gets them: short lists, as there may be 10,000 tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from core.tokens.encoding import Token, groups
from core.tokens.label import hexed, label, spell, text_of

LONGEST_TOKEN = 128  # bytes; the longest of GPT-2's vocabulary


def token_lists(
    tokens: Sequence[Token], ranks: Sequence[int | None], marks: bool
) -> list[list[Any]]:
    """For each token: id, face, bytes, whether it is no text, first and last character, rank."""
    return [
        [t.id, *_look(t.data, marks)[:3], t.start, max(t.start, t.end - 1), rank]
        for t, rank in zip(tokens, ranks or [None] * len(tokens), strict=True)
    ]


def group_lists(tokens: Sequence[Token], marks: bool) -> list[list[Any]]:
    """For each run of tokens that share characters: first, one past the last, text, line breaks."""
    return [
        [a, b, *_look(b"".join(t.data for t in tokens[a:b]), marks)[3:]] for a, b in groups(tokens)
    ]


def _look(data: bytes, marks: bool) -> tuple[str, str, int, str, int]:
    """A token's face, its bytes in hex, whether it is no text alone; as text, its line breaks."""
    # A span that somebody typed may be long; what is kept for all sessions stays small.
    look = _remembered if len(data) <= LONGEST_TOKEN else _made
    return look(data, marks)


def _made(data: bytes, marks: bool) -> tuple[str, str, int, str, int]:
    text, is_text = spell(data), text_of(data) is not None
    whole = _face(text, marks)
    # A line break inside a chip would tear it; the mark stays even without marks.
    face = whole.replace("\n", "⏎") if is_text else hexed(data)
    return face, hexed(data), int(not is_text), whole, text.count("\n")


_remembered = lru_cache(maxsize=20_000)(_made)


def _face(text: str, marks: bool) -> str:
    """How a token looks; without marks, white space stays what it is, controls do not."""
    if marks:
        return label(text)
    return "".join(c if c in " \n\t" else label(c) for c in text)
