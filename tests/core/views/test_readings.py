"""Typed words as tokens, odd ones too."""

from __future__ import annotations

from core.views.neighbours import neighbours
from core.views.readings import readings


def test_readings_of_a_word(tiny) -> None:
    tokenizer = tiny.tokenizer
    assert readings(tokenizer, "king")[0].pieces == (" king",)
    assert [r.whole for r in readings(tokenizer, "king")] == [True, True]
    several = readings(tokenizer, "Rumpelstiltskin")
    assert len(several[0].ids) > 1
    assert [len(r.ids) for r in several if not r.whole] == [1] * len(several[0].ids)
    assert readings(tokenizer, "") == ()
    assert readings(tokenizer, "   ")[0].pieces  # only spaces are tokens too
    for odd in ("\x00", "日本語", "🙂", "\ud800", "<|endoftext|>", "<script>"):
        for reading in readings(tokenizer, odd):
            assert reading.ids
            assert tiny.view(neighbours, reading.ids, "cosine", 3, True).ids.size == 3
