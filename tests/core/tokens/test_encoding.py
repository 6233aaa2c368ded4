"""A text as tokens: limits, what is remembered, groups of tokens that share characters."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import TooMuchText
from core.tokens.encoding import encode, encoding, groups
from core.tokens.label import clean
from tests.core.tokens.texts import REAL


def test_typed_end_of_text_stays_text(oracle) -> None:
    tokens = encode(oracle, "<|endoftext|>")
    assert 50256 not in [t.id for t in tokens]
    assert len(tokens) > 1


def test_lone_surrogates_and_limits(oracle) -> None:
    assert encoding(oracle, "a\ud83db").text == "a\ufffdb"
    with pytest.raises(TooMuchText, match=r"1,048,576 characters; this server reads at most 100"):
        encoding(oracle, "x" * 2**20, 100_000)


def test_what_is_remembered_is_the_same_and_cannot_be_changed(oracle) -> None:
    first = encoding(oracle, REAL[0])
    assert encoding(oracle, REAL[0]) is first
    with pytest.raises(ValueError, match="read-only"):
        first.ids[0] = 1


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=40))
def test_groups_are_texts(oracle, text: str) -> None:
    tokens = encode(oracle, text)
    parts = groups(tokens)
    assert [n for a, b in parts for n in range(a, b)] == list(range(len(tokens)))
    cleaned = clean(text)
    for a, b in parts:
        whole = b"".join(t.data for t in tokens[a:b]).decode()  # raises if cut inside a character
        assert cleaned[tokens[a].start : tokens[b - 1].end] == whole


def test_groups_are_as_small_as_can_be(oracle) -> None:
    tokens = encode(oracle, "a🙂日b")
    parts = [b"".join(t.data for t in tokens[a:b]).decode() for a, b in groups(tokens)]
    assert parts == ["a", "🙂", "日", "b"]
