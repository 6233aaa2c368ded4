"""Which token a word to be watched stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from core.tokens.encoding import Token, encode

if TYPE_CHECKING:
    from transformers import GPT2TokenizerFast


def watch_options(tokenizer: GPT2TokenizerFast, word: str) -> tuple[Token, ...]:
    """The tokens that a word to be watched stands for, the likeliest meaning first.

    In running text a word comes with its space, so the word is read with one;
    if it is a single token without the space as well, that one is offered last.
    Several tokens mean that the model writes the word piece by piece.
    """
    if not word.strip():
        return ()
    spaced = word if word[0].isspace() else " " + word
    pieces = list(encode(tokenizer, spaced, 1000))
    bare = encode(tokenizer, word, 1000)
    if len(bare) == 1:
        pieces += bare
    return tuple({token.id: token for token in pieces}.values())


def n_pieces(options: Sequence[Token], word: str) -> int:
    """How many tokens the model writes a word in, given its `watch_options`."""
    # Where the word without its space is a token too, that one is no piece but another spelling.
    return sum(token.data != word.encode() for token in options) or len(options)
