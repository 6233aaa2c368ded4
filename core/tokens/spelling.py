"""Characters, their UTF-8 bytes, GPT-2's character for each byte, and the tokens, aligned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.tokens.tokenizer import Encoding, Token, groups, label
from core.tokens.vocabulary import Vocabulary, byte_encoder

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


def splits(made: Encoding, limit: int = 200) -> tuple[Split, ...]:
    """The first `limit` groups of tokens that share characters."""
    shared = np.flatnonzero(made.spans[1:, 0] < made.spans[:-1, 1])
    found: list[Split] = []
    for at in shared.tolist():
        if found and at < found[-1].last:
            continue
        last = at + 2
        while last < len(made) and made.spans[last, 0] < made.spans[last - 1, 1]:
            last += 1
        text = made.text[made.spans[at, 0] : made.spans[last - 1, 1]]
        found.append(Split(at, last, text))
        if len(found) == limit:
            break
    return tuple(found)


def stretch(made: Encoding, around: int, n_bytes: int = 20) -> tuple[int, int]:
    """Whole groups of tokens around token `around`, about `n_bytes` long in all.

    A little of what stands before is taken along, so that the eye finds its place.

    Returns
    -------
    position of the first token and one past the last
    """
    first = max(0, around - 400)
    tokens = made.tokens(first, around + 400)
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


def aligned(made: Encoding, tokens: tuple[Token, ...]) -> list[dict]:
    """Four lanes over the same bytes, for the chart.

    Returns
    -------
    rows of lane, start, end (bytes from the first of `tokens`), text, note,
    colour (of the token, -1 for none) and split (whether more than one token
    holds this character, or the token is no text alone)
    """
    rows: list[dict] = []
    at = 0
    owner: list[int] = []
    for number, token in enumerate(tokens):
        end = at + len(token.data)
        text = label(token.piece) if token.is_text else token.data.hex(" ").upper()
        rows.append(_row(TOKEN, at, end, text, str(token.id), number, not token.is_text))
        owner += [number] * len(token.data)
        at = end
    at = 0
    written = byte_encoder()
    for character in made.text[tokens[0].start : tokens[-1].end]:
        data = character.encode()
        held = owner[at : at + len(data)]
        apart = len(set(held)) > 1
        note = f"U+{ord(character):04X}"
        colour = -1 if apart else held[0]
        rows.append(_row(CHARACTER, at, at + len(data), label(character), note, colour, apart))
        for n, byte in enumerate(data):
            place = at + n
            rows.append(_row(BYTE, place, place + 1, f"{byte:02X}", str(byte), held[n], False))
            mark = written[byte]
            note = f"U+{ord(mark):04X}"
            rows.append(_row(WRITTEN, place, place + 1, mark, note, held[n], False))
        at += len(data)
    return rows


def _row(
    lane: int, start: int, end: int, text: str, note: str, colour: int, split: bool
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


def table(words: Vocabulary, text: str) -> list[dict]:
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
            "id": words.byte_ids[byte],
            "count": counts[byte],
        }
        for byte, mark in enumerate(byte_encoder())
    ]
