"""Which tokens a word to be watched stands for."""

from __future__ import annotations

from core.views.watch import n_pieces, watch_options


def test_the_tokens_that_a_word_to_watch_stands_for(tiny):
    def asked(word):
        options = watch_options(tiny.tokenizer, word)
        return [t.data.decode() for t in options], n_pieces(options, word)

    assert asked(" king") == ([" king"], 1)
    assert asked("king") == ([" king", "king"], 1)
    pieces, n = asked("Wimbleton")
    assert "".join(pieces) == " Wimbleton"
    assert n == len(pieces) > 1
    assert watch_options(tiny.tokenizer, "  ") == ()
