"""The counts of a text, on texts whose counts can be told by eye."""

from __future__ import annotations

import numpy as np
import pytest

from training.data import Source
from training.text_quality import (
    N_TOKENS,
    distinct_2,
    quality,
    read,
    repeated_words,
    self_repetition,
    table,
)
from training.vocabulary import gpt2_tokenizer


def test_a_loop_is_counted_as_one() -> None:
    loop = [(["the", " wind", " blew"] * 8, 3)]
    assert distinct_2(loop) == pytest.approx(3 / 20)
    assert repeated_words(loop) == 1.0
    assert self_repetition(loop) == 1.0


def test_fresh_words_repeat_nothing() -> None:
    fresh = [([f" word{'abcdefghij'[n]}" for n in range(10)], 2)]
    assert quality(fresh) == {"distinct_2": 1.0, "repeated_words": 0.0, "self_repetition": 0.0}


def test_short_words_and_far_ones_are_no_repetition() -> None:
    far = [([" garden", *[" so"] * 20, " garden"], 1)]
    assert repeated_words(far) == 0.0
    near = [([" garden", *[" so"] * 5, " Garden"], 1)]
    assert repeated_words(near) == 1.0


def test_real_text_is_cut_to_the_same_length() -> None:
    ids = np.arange(1_000, dtype=np.uint16)
    texts = read(Source("a", ids, ids, 1, 1), gpt2_tokenizer(), count=5)
    assert len(texts) == 5
    assert {len(pieces) - given for pieces, given in texts} == {N_TOKENS}


def test_the_table_has_a_line_for_each() -> None:
    one = {"distinct_2": 0.5, "repeated_words": 0.25, "self_repetition": 0.0}
    assert table({"a": one, "b": one}).splitlines()[2:] == [
        "| a | 0.500 | 0.250 | 0.000 |",
        "| b | 0.500 | 0.250 | 0.000 |",
    ]
