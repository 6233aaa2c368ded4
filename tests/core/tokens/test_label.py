"""How bytes and tokens are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from core.tokens.label import label, piece, spell


@given(st.binary(max_size=30))
def test_bytes_that_are_no_text_are_shown_in_hex(data: bytes) -> None:
    shown = spell(data)
    if "\ufffd".encode() not in data:
        assert "\ufffd" not in shown
    try:
        assert shown == data.decode()
    except UnicodeDecodeError:
        assert "<" in shown


def test_labels_mark_a_tokens_own_spaces_only() -> None:
    assert label(" dog") == "␣dog"
    assert label(piece(b"\xf0\x9f")) == "<F0 9F>"  # what stands between bytes is no space byte
    assert label(piece(b" \xe6")) == "<20 E6>"
    assert label("a < b") == "a␣<␣b"
