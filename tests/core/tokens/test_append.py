"""Tokens behind a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.tokens.append import appended


def test_a_character_comes_when_its_last_token_has_come() -> None:
    emoji = "🙂".encode()
    assert appended("a ", [emoji[:2]]) == ("a ", 2)
    assert appended("a ", [emoji[:2], emoji[2:], b" b"]) == ("a 🙂 b", 0)
    assert appended("a", [b"b", b"\xff", b"c"]) == ("ab", 2)
    assert appended("a", []) == ("a", 0)


@given(st.text(), st.text(), st.integers(0, 40))
def test_no_byte_is_made_up(text: str, more: str, at: int) -> None:
    data = more.encode("utf-8", "replace")
    found, left = appended(text, [data[:at], data[at:]])
    assert found.encode("utf-8", "surrogatepass") == (
        text.encode("utf-8", "surrogatepass") + data[: len(data) - left]
    )
    assert left == 0
