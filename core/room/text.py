"""A text for the game against the model: which of its tokens a class can guess."""

from __future__ import annotations

from collections.abc import Sequence

from core.room.limits import LONGEST_TEXT


def guessable(pieces: Sequence[str], least: int = 4) -> list[int]:
    """The positions of tokens that are whole words, so that who types the word names the token.

    Parameters
    ----------
    pieces : the tokens' texts, spaces included
    least : so many tokens stand before the first, as something to guess from
    """
    after = [*pieces[1:], " "]
    return [
        place
        for place, (piece, following) in enumerate(zip(pieces, after, strict=True))
        if place >= least
        and piece[:1] == " "
        and piece[1:].isalpha()
        and not following[:1].isalpha()
        and following[:1] not in ("'", "’")
    ]


def ending(text: str) -> str:
    """The end of a text that is too long for a question."""
    return text if len(text) <= LONGEST_TEXT else "…" + text[1 - LONGEST_TEXT :]
