"""Where a text is cut before anything is merged."""

from __future__ import annotations

import pytest

from core.tokens.encoding import encode
from core.tokens.pretokens import kind_of, opening, pretokens, variants
from tests.core.tokens.texts import REAL


@pytest.mark.parametrize(
    ("span", "kind"),
    [
        (" dog", "letters"),
        ("'s", "contraction"),
        ("'S", "other"),
        (" 12", "numbers"),
        ("½", "numbers"),
        (" !?", "other"),
        ("\n ", "space"),
        ("🙂", "other"),
        ("日本", "letters"),
    ],
)
def test_kinds(span: str, kind: str) -> None:
    assert kind_of(span) == kind


def test_spans_cover_the_text_and_the_opening_keeps_its_tokens(oracle, words) -> None:
    text = "".join(REAL) * 5
    spans = pretokens(words, text)
    assert "".join(s.text for s in spans) == text
    start = opening(words, text, 300)
    assert 0 < len(start) <= 300
    tokens = encode(oracle, start)
    assert tokens == encode(oracle, text)[: len(tokens)]


def test_four_dogs(oracle) -> None:
    forms = variants("dog")
    assert forms == (" dog", "dog", " Dog", "Dog", " DOG", "DOG")
    ids = [tuple(t.id for t in encode(oracle, form)) for form in forms]
    assert len(set(ids)) == 6
    assert [len(i) for i in ids[:4]] == [1, 1, 1, 1]
