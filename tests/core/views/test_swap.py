"""Two words change places: what moves, and what cannot."""

from __future__ import annotations

import pytest

from core.tokens.encoding import encode
from core.views.readings import word_of
from core.views.swap import change, default_swap, exchanged, swap_report, words_of
from tests.core.views.oracle import TEXT


def test_words_are_found_and_exchanged(tiny) -> None:
    ids = tiny.ids(TEXT)
    place = word_of(tiny.tokenizer, ids, "bank")
    assert place is not None
    assert tiny.tokenizer.decode(list(ids[place.start : place.stop])) == " bank"
    assert word_of(tiny.tokenizer, ids, "zebra") is None
    words = words_of(tiny.tokenizer, TEXT, len(ids))
    assert [i for w in words for i in w] == list(range(len(ids)))
    swapped = exchanged(ids, words[4], words[1])
    assert sorted(swapped) == sorted(ids)
    assert exchanged(swapped, words[1], words[4]) == ids
    with pytest.raises(ValueError, match="overlap"):
        exchanged(ids, range(1, 3), range(2, 4))
    assert words_of(tiny.tokenizer, "one two", 1) == (range(0, 1),)
    long = words_of(tiny.tokenizer, "x Rumpelstiltskin", 2)
    assert len(long) == 1  # the second word is cut, so it is left out


def test_words_of_different_lengths_keep_the_rest_in_order() -> None:
    assert exchanged((0, 1, 2, 3, 4, 5), range(4, 5), range(1, 3)) == (0, 4, 3, 1, 2, 5)


def test_exchanging_words_changes_nothing_before_them(tiny) -> None:
    ids = tiny.ids(TEXT)
    words = words_of(tiny.tokenizer, TEXT, len(ids))
    moved = change(tiny.trace(ids).resid, tiny.trace(exchanged(ids, words[4], words[11])).resid)
    assert moved.shape == (4, len(ids))
    swapped = [*words[4], *words[11]]
    report = swap_report(moved, words[4], words[11])
    assert report.before < 1e-5  # causal: nothing looks ahead
    rest = [i for i in range(len(ids)) if i not in swapped]
    assert moved[0, rest].max() == 0  # at the input only the exchanged words move
    assert moved[0, swapped].min() > 0
    assert report.moved == pytest.approx(moved[-1, swapped].mean())
    assert report.rest > 1e-4
    one, other = default_swap(encode(tiny.tokenizer, TEXT), words)
    assert one != other
