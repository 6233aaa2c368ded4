"""Characters, their UTF-8 bytes, GPT-2's character for each byte, and the tokens, aligned."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from core.tokens.byte_table import byte_encoder
from core.tokens.encoding import Encoding, Token, groups
from core.tokens.label import label, short
from core.tokens.vocabulary import Vocabulary

CHARACTER, BYTE, WRITTEN, TOKEN = range(4)


@dataclass(frozen=True, slots=True)
class Split:
    """A stretch of characters whose bytes are spread over several tokens.

    Attributes
    ----------
    first, last : positions of its first token and one past its last
    text : the characters
    """

    first: int
    last: int
    text: str


def splits(encoded: Encoding, limit: int = 200) -> tuple[Split, ...]:
    """The first `limit` groups of tokens that share characters."""
    shared = np.flatnonzero(encoded.spans[1:, 0] < encoded.spans[:-1, 1])
    found: list[Split] = []
    for at in shared.tolist():
        if found and at < found[-1].last:
            continue
        last = at + 2
        while last < len(encoded) and encoded.spans[last, 0] < encoded.spans[last - 1, 1]:
            last += 1
        text = encoded.text[encoded.spans[at, 0] : encoded.spans[last - 1, 1]]
        found.append(Split(at, last, text))
        if len(found) == limit:
            break
    return tuple(found)


def most_telling(encoded: Encoding) -> int:
    """The first token of the first split character; of all tokens where none is split."""
    found = splits(encoded, 1)
    return found[0].first if found else 0


def stretch(encoded: Encoding, around: int, n_bytes: int = 20) -> tuple[int, int]:
    """Whole groups of tokens around token `around`, about `n_bytes` long in all.

    A little of what stands before is taken along, so that the eye finds its place.

    Returns
    -------
    position of the first token and one past the last
    """
    first = max(0, around - 400)
    tokens = encoded.tokens(first, around + 400)
    parts = groups(tokens)
    at = next(n for n, (a, b) in enumerate(parts) if a <= around - first < b)

    def width(part: tuple[int, int]) -> int:
        return sum(len(t.data) for t in tokens[part[0] : part[1]])

    low, total = at, width(parts[at])
    while low > 0 and at - low < 2 and total + width(parts[low - 1]) <= n_bytes // 2:
        low -= 1
        total += width(parts[low])
    high = at + 1
    while high < len(parts) and total + width(parts[high]) <= n_bytes:
        total += width(parts[high])
        high += 1
    return first + parts[low][0], first + parts[high - 1][1]


def aligned(encoded: Encoding, tokens: tuple[Token, ...]) -> list[dict]:
    """Four lanes over the same bytes, for the chart.

    Returns
    -------
    rows of lane, start, end (bytes from the first of `tokens`), text, note,
    colour (of the token, -1 for none) and split (whether more than one token
    holds this character, or the token is no text alone)
    """
    owner = [number for number, token in enumerate(tokens) for _byte in token.data]
    text = encoded.text[tokens[0].start : tokens[-1].end]
    return [*_token_rows(tokens), *_character_rows(text, owner)]


def _token_rows(tokens: tuple[Token, ...]) -> Iterator[dict]:
    at = 0
    for number, token in enumerate(tokens):
        end = at + len(token.data)
        yield _row(TOKEN, at, end, short(token.data), str(token.id), number, not token.is_text)
        at = end


def _character_rows(text: str, owner: Sequence[int]) -> Iterator[dict]:
    at = 0
    for character in text:
        data = character.encode()
        held = owner[at : at + len(data)]
        apart = len(set(held)) > 1
        colour = -1 if apart else held[0]
        yield _row(
            CHARACTER, at, at + len(data), label(character), _code_point(character), colour, apart
        )
        for place, byte in enumerate(data, start=at):
            yield _row(BYTE, place, place + 1, f"{byte:02X}", str(byte), owner[place])
            mark = byte_encoder()[byte]
            yield _row(WRITTEN, place, place + 1, mark, _code_point(mark), owner[place])
        at += len(data)


def _code_point(character: str) -> str:
    return f"U+{ord(character):04X}"


def _row(
    lane: int, start: int, end: int, text: str, note: str, colour: int, split: bool = False
) -> dict[str, object]:
    return {
        "lane": lane,
        "start": start,
        "end": end,
        "text": text,
        "note": note,
        "colour": colour,
        "split": split,
    }


def spelled(text: str) -> list[tuple[str, str]]:
    """For each character its bytes in hex, and what GPT-2 writes for them."""
    written = byte_encoder()
    spelling = [character.encode() for character in text]
    return [(data.hex(" "), "".join(written[byte] for byte in data)) for data in spelling]


def table(vocab: Vocabulary, text: str) -> list[dict]:
    """All 256 bytes for the chart: high and low hex digit, character, whether it was moved.

    Returns
    -------
    rows of high, low, hex, text, moved, id and count (how often `text` holds the byte)
    """
    counts = np.bincount(np.frombuffer(text.encode(), dtype=np.uint8), minlength=256).tolist()
    return [
        {
            "high": f"{byte >> 4:X}",
            "low": f"{byte & 15:X}",
            "hex": f"{byte:02X}",
            "text": mark,
            "moved": ord(mark) != byte,
            "id": vocab.byte_ids[byte],
            "count": counts[byte],
        }
        for byte, mark in enumerate(byte_encoder())
    ]
