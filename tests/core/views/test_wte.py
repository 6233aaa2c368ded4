"""What is known of all tokens is computed once."""

from __future__ import annotations

from core.views.wte import search_index


def test_index_is_made_once_for_a_model(tiny) -> None:
    first = tiny.call(search_index)
    assert tiny.call(search_index) is first
    assert first.family.shape == (50257,)
    table = dict(zip(first.pieces, first.family, strict=True))
    assert table[" king"] == table["King"] == table[" KING"]
    assert table["\t"] != table["\n"]
