"""Characters, bytes and tokens over one another."""

from __future__ import annotations

from itertools import pairwise

from core.tokens.encoding import encoding
from core.tokens.spelling import aligned, splits, stretch, table


def test_byte_lanes_are_aligned(oracle, words) -> None:
    made = encoding(oracle, "Oh🙂 日!")
    found = splits(made)
    assert [s.text for s in found] == ["🙂", " 日"]
    tokens = made.tokens(*stretch(made, found[0].first))
    rows = aligned(made, tokens)
    for lane in range(4):
        spans = sorted((r["start"], r["end"]) for r in rows if r["lane"] == lane)
        assert spans[0][0] == 0
        assert all(a[1] == b[0] for a, b in pairwise(spans))
        assert spans[-1][1] == sum(len(t.data) for t in tokens)
    assert all(r["split"] for r in rows if r["lane"] == 0 and r["text"] == "🙂")
    all_bytes = table(words, made.text)
    assert sum(row["moved"] for row in all_bytes) == 68
    assert sum(row["count"] for row in all_bytes) == len(made.text.encode())
