"""What a text costs: how many tokens it takes, and which of its characters take them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.tokens.encoding import Encoding
from core.tokens.pretokens import KINDS, pretokens


@dataclass(frozen=True)
class Cost:
    """The size of a text in every unit.

    Attributes
    ----------
    tokens, characters, bytes, words : how many; words are what white space separates
    split_characters : characters spread over several tokens
    """

    tokens: int
    characters: int
    bytes: int
    words: int
    split_characters: int

    @property
    def tokens_per_word(self) -> float:
        return self.tokens / self.words if self.words else 0.0

    @property
    def bytes_per_token(self) -> float:
        return self.bytes / self.tokens if self.tokens else 0.0

    @property
    def bytes_per_character(self) -> float:
        return self.bytes / self.characters if self.characters else 0.0

    def share(self, n_ctx: int) -> float:
        """Share of a context of `n_ctx` tokens; above 1 if the text does not fit."""
        return self.tokens / n_ctx


def cost(encoded: Encoding) -> Cost:
    """Count a text."""
    return Cost(
        tokens=len(encoded),
        characters=len(encoded.text),
        bytes=len(encoded.text.encode()),
        words=len(encoded.text.split()),
        split_characters=split_characters(encoded),
    )


def split_characters(encoded: Encoding) -> int:
    """How many characters are spread over several tokens."""
    if len(encoded) < 2:
        return 0
    shared = encoded.spans[1:, 0] < encoded.spans[:-1, 1]
    return len(np.unique(encoded.spans[1:, 0][shared]))


def by_kind(encoded: Encoding) -> dict[str, int]:
    """Tokens by the kind of span that they come from, in the order of `KINDS`."""
    spans = pretokens(encoded.vocab, encoded.text)
    if not spans:
        return dict.fromkeys(KINDS, 0)
    # Merges never cross the end of a span: a token belongs to the last one that starts before it.
    owner = np.searchsorted([s.start for s in spans], encoded.spans[:, 0], side="right") - 1
    kinds = np.array([KINDS.index(s.kind) for s in spans])
    counts = np.bincount(kinds[owner], minlength=len(KINDS))
    return dict(zip(KINDS, counts.tolist(), strict=True))


@dataclass(frozen=True)
class Difference:
    """What sets two texts apart.

    Attributes
    ----------
    more : tokens of the second minus tokens of the first
    ratio : tokens of the longer over tokens of the shorter
    kind : the kind of span with the largest part in `more`; None if there is no difference
    of_kind : its part
    """

    more: int
    ratio: float
    kind: str | None
    of_kind: int


def difference(first: Encoding, second: Encoding) -> Difference:
    """Compare the costs of two texts and name where most of the difference lies."""
    more = len(second) - len(first)
    small, large = sorted((len(first), len(second)))
    ratio = large / small if small else 0.0
    a, b = by_kind(first), by_kind(second)
    gaps = {kind: b[kind] - a[kind] for kind in KINDS}
    sign = 1 if more > 0 else -1
    kind = max(KINDS, key=lambda k: sign * gaps[k]) if more else None
    return Difference(more, ratio, kind, gaps[kind] if kind else 0)


def stacked(texts: dict[str, Encoding], names: dict[str, str]) -> list[dict[str, Any]]:
    """The tokens of texts by kind, as rows for a stacked bar.

    Returns
    -------
    rows of text, kind (in words), tokens, from and to
    """
    rows: list[dict[str, Any]] = []
    for text, encoded in texts.items():
        at = 0
        for kind, count in by_kind(encoded).items():
            if count:
                row = {"text": text, "kind": names[kind], "tokens": count}
                rows.append({**row, "from": at, "to": at + count})
            at += count
    return rows
