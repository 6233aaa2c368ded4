"""Searches of the vocabulary, and what they refuse."""

from __future__ import annotations

import pytest

from core.errors import BadSearch, OutOfRange
from core.tokens.search import search
from core.tokens.vocabulary import decode


@pytest.mark.parametrize(
    ("query", "by", "fits"),
    [
        ("dog", "text", lambda d: b"dog" in d.lower()),
        ("🙂", "text", lambda d: "🙂".encode() in d),
        ("F0 9F", "bytes", lambda d: b"\xf0\x9f" in d),
        ("0x20,0x64", "bytes", lambda d: b" d" in d),
        ("^ [0-9]+$", "regex", lambda d: d[:1] == b" " and d[1:].isdigit() and d.isascii()),
    ],
)
def test_search_finds_what_fits(words, query: str, by: str, fits) -> None:
    found = search(words, query, by, match_case=False)
    assert set(found.tolist()) == {i for i, d in enumerate(words.data) if fits(d)}
    lengths = [len(words.data[i]) for i in found]
    assert lengths == sorted(lengths)


def test_case_matters_when_asked(words) -> None:
    both = search(words, "Dog", "text", match_case=False)
    one = search(words, "Dog", "text", match_case=True)
    assert set(one) < set(both)


def test_ids_keep_their_order_and_decode(words, oracle) -> None:
    ids = search(words, "[3290, 464 220]", "ids")
    assert ids.tolist() == [3290, 464, 220]
    assert decode(words, ids) == oracle.decode(ids)
    assert decode(words, [8582]) == "<F0 9F>"
    assert decode(words, [50256]) == "<|endoftext|>"
    assert len(search(words, "", "text")) == 50257


@pytest.mark.parametrize(
    ("query", "by", "error", "says"),
    [
        ("(", "regex", BadSearch, "not a regular expression"),
        ("a(?!b)", "regex", BadSearch, "look-around"),
        ("((a{1000}){1000}){1000}", "regex", BadSearch, "not a regular expression"),
        ("x" * 201, "text", BadSearch, "at most 200"),
        ("F", "bytes", BadSearch, "pairs"),
        ("zz", "bytes", BadSearch, "pairs"),
        ("464, dog", "ids", BadSearch, "not a whole number"),
        ("1.5", "ids", BadSearch, "not a whole number"),
        ("²", "ids", BadSearch, "not a whole number"),
        ("50257", "ids", OutOfRange, "from 0 to 50,256"),
        ("-1", "ids", OutOfRange, "from 0 to 50,256"),
        ("9" * 40, "ids", BadSearch, "not a whole number"),
        ("1 " * 10_001, "ids", BadSearch, "too many"),
    ],
)
def test_bad_searches_are_refused_in_words(words, query, by, error, says) -> None:
    with pytest.raises(error, match=says):
        search(words, query, by)


def test_no_pattern_can_hang_the_server(words) -> None:
    # A backtracking matcher would need 2**100 steps for the long rows of dashes.
    assert len(search(words, "^(-+)+x$", "regex")) == 0
