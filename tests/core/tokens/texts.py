"""Texts that have everything in them, and what transformers makes of a text."""

from __future__ import annotations

REAL = [
    "Once upon a time, there wasn't a king's daughter; they'll've known that it's 3,141.59!",
    "def half(x):\n    if x:\n        return x / 2\n\treturn None  \n\n\n",
    "A family 👩‍👩‍👧, a smile 🙂, 日本語, ñ, ǆ and e\u0301\u0327 — مرحبا بالعالم",
    "DON'T don'T 'S 's '' ' s 1234567890 ½ Ⅷ ²  \u00a0 \u2003 x",
    "a\x00b\x07\x7f\r\n\t <script>alert(1)</script> $x_1$ **b** [l](u) <|endoftext|>",
    "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    " ",
    "\ufeff\u200b\U000e0041",
]


def truth(oracle, text: str) -> list[tuple[int, tuple[int, int]]]:
    found = oracle(text, split_special_tokens=True, return_offsets_mapping=True, verbose=False)
    return list(zip(found["input_ids"], map(tuple, found["offset_mapping"]), strict=True))
