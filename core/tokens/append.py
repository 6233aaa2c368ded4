"""Tokens behind a text, as text: a prompt is text, so what is written onto it must be text, too."""

from __future__ import annotations

from collections.abc import Sequence


def appended(text: str, pieces: Sequence[bytes]) -> tuple[str, int]:
    """A text with the bytes of tokens behind it, as far as they are whole characters.

    Parameters
    ----------
    text : what stands there
    pieces : the bytes of each token that comes after it

    Returns
    -------
    text, bytes that are left over
        An emoji is cut into several tokens: the first of them alone is no text.
    """
    data = b"".join(pieces)
    try:
        return text + data.decode(), 0
    except UnicodeDecodeError as error:
        return text + data[: error.start].decode(), len(data) - error.start
