"""The picture of the merges: blocks that fill a rectangle."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from core.tokens.merge_picture import blocks
from core.tokens.merges import replay


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=24))
def test_blocks_fill_the_picture(words, text: str) -> None:
    played = replay(words, text.encode())
    laid = blocks(played)
    top = max(block.high for block in laid)
    area = sum((b.end - b.start) * (b.high - b.low) for b in laid)
    assert area == len(text.encode()) * top
    ends = sorted((b.start, b.id) for b in laid if b.last is None)
    assert tuple(number for _start, number in ends) == played.ids
    for n_merges in range(len(played.steps) + 1):
        standing = [b for b in laid if b.step <= n_merges and (b.last or 999) > n_merges]
        now = tuple(b.id for b in sorted(standing, key=lambda b: b.start))
        assert now == played.after(n_merges)
