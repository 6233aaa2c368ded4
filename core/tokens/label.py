"""How bytes and tokens are written on the screen."""

from __future__ import annotations

import re
from functools import lru_cache

#: White space, and the marks that stand for it.
MARKS = {" ": "␣", "\n": "⏎", "\t": "⇥", "\r": "␍", "\u00a0": "⍽"}
_MARKED = str.maketrans({mark: space for space, mark in MARKS.items()})
#: Bytes as `piece` writes them; no token of GPT-2 looks like that by itself.
_HEX = re.compile("<[0-9A-F]{2}(?: [0-9A-F]{2})*>")


def clean(text: str) -> str:
    """Text that UTF-8 can hold: lone surrogates become U+FFFD."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def first_bytes(text: str, limit: int) -> str:
    """As many whole characters as `limit` bytes hold."""
    return text.encode()[:limit].decode("utf-8", "ignore")


def hexed(data: bytes) -> str:
    """Bytes in hex: ``F0 9F``."""
    return data.hex(" ").upper()


def text_of(data: bytes) -> str | None:
    """Bytes as text, or None where they are no valid UTF-8 alone."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def piece(data: bytes) -> str:
    """Bytes as text, or as ``<F0 9F>`` where they are not valid UTF-8."""
    text = text_of(data)
    return f"<{hexed(data)}>" if text is None else text


def short(data: bytes) -> str:
    """A piece as the charts write it: its label, or bare hex."""
    text = text_of(data)
    return hexed(data) if text is None else label(text)


@lru_cache(maxsize=1 << 16)  # a whole vocabulary: a page names hundreds of tokens at every run
def bytes_label(data: bytes) -> str:
    """A token's bytes for axes and tables: text with white space marked, or ``<F0 9F>``."""
    return label(piece(data))


def spell(data: bytes) -> str:
    """Bytes as text; those that are no UTF-8 in hex, such as ``<F0 9F>``, never U+FFFD."""
    out: list[str] = []
    wrong = b""
    while data:
        try:
            good, bad, data = data.decode("utf-8"), b"", b""
        except UnicodeDecodeError as error:
            good = data[: error.start].decode("utf-8")
            bad, data = data[error.start : error.end], data[error.end :]
        if good and wrong:
            out.append(f"<{hexed(wrong)}>")
            wrong = b""
        out.append(good)
        wrong += bad
    if wrong:
        out.append(f"<{hexed(wrong)}>")
    return "".join(out)


def label(text: str) -> str:
    """A token's text for axes and tables: white space and control characters made visible."""
    if _HEX.fullmatch(text):  # from `piece`: its spaces are none of the token's
        return text
    if text.isprintable():  # the space is, as the only white space
        return text.replace(" ", MARKS[" "])
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character in MARKS:
        return MARKS[character]
    if ord(character) < 32:
        return chr(0x2400 + ord(character))
    if ord(character) == 127:
        return "␡"
    return character if character.isprintable() else f"<{ord(character):X}>"


def unlabel(text: str) -> str:
    """Marks for white space, typed or copied from the screen, as the white space they mark."""
    return text.translate(_MARKED)
