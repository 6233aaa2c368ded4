"""GPT-2's character for each of the 256 bytes.

The vocabulary is written in these characters, so that every token is visible
text (`bytes_to_unicode` of Radford et al.'s published encoder.py).
"""

from __future__ import annotations

from functools import lru_cache


@lru_cache(maxsize=1)
def byte_decoder() -> dict[str, int]:
    """GPT-2's table from the vocabulary's characters to bytes.

    Printable Latin-1 bytes stand for themselves; the other 68 are moved to the
    characters from U+0100 on.
    """
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    table = {chr(b): b for b in visible}
    hidden = [b for b in range(256) if b not in set(visible)]
    table.update({chr(0x100 + i): b for i, b in enumerate(hidden)})
    return table


@lru_cache(maxsize=1)
def byte_encoder() -> tuple[str, ...]:
    """The other way: the character that stands for each of the 256 bytes."""
    table = {b: c for c, b in byte_decoder().items()}
    return tuple(table[b] for b in range(256))
