"""How bytes and tokens are written on the screen."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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


#: Which part of a character a token is.
_BELOW = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
#: So many tokens at most are read together: one may end a character and begin the next.
_MOST_PARTS = 8


def labels(data: Sequence[bytes]) -> list[str]:
    """The tokens of a text, in their order, for figures: each as `bytes_label` shows it, but a part
    of a character as its character with the number of the part: ``["日₁", "日₂"]``.

    What lies outside a text (a choice of the vocabulary) has no character to belong to.
    """
    shown = [bytes_label(one) for one in data]
    for first, parts in _torn(data):
        whole = b"".join(parts).decode()
        at = 0
        for number, part in enumerate(parts, start=1):
            here = _characters(whole, at, at + len(part))
            shown[first + number - 1] = label(here) + str(number).translate(_BELOW)
            at += len(part)
    return shown


def _torn(data: Sequence[bytes]) -> Iterator[tuple[int, Sequence[bytes]]]:
    """Each stretch of tokens that are text together and not alone, and where it begins."""
    first = 0
    while first < len(data):
        n = 1
        if text_of(data[first]) is None:
            ends = range(2, min(_MOST_PARTS, len(data) - first) + 1)
            whole = (k for k in ends if text_of(b"".join(data[first : first + k])) is not None)
            n = next(whole, 1)
            if n > 1:
                yield first, data[first : first + n]
        first += n


def _characters(text: str, first: int, last: int) -> str:
    """The characters that bytes `first` to `last` of a text lie in."""
    found, at = "", 0
    for character in text:
        end = at + len(character.encode())
        if at < last and end > first:
            found += character
        at = end
    return found


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
