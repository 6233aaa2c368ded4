"""How bytes and tokens are written."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from core.tokens.label import label, labels, piece, spell


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


def test_a_part_of_a_character_shows_its_character_and_which_part_it_is() -> None:
    day, book, smile = "日".encode(), "本".encode(), "🙂".encode()
    cut = [b"a", b" " + day[:1], day[1:2], day[2:], book[:2], book[2:], smile, b"b"]
    assert labels(cut) == ["a", "␣日₁", "日₂", "日₃", "本₁", "本₂", "🙂", "b"]
    # A token that ends one character and begins the next belongs to both.
    assert labels([day[:2], day[2:] + book[:1], book[1:]]) == ["日₁", "日本₂", "本₃"]


def test_bytes_that_belong_to_no_character_stay_bytes() -> None:
    assert labels([b"\xf0\x9f", b"a"]) == ["<F0 9F>", "a"]
    assert labels([b"\x99"]) == ["<99>"]
    assert labels([]) == []


@given(st.text(alphabet="aé日🙂 ", max_size=6), st.sets(st.integers(1, 24), max_size=7))
def test_cut_anywhere_a_text_shows_characters_and_no_bytes(text: str, cuts: set[int]) -> None:
    data = text.encode()
    edges = sorted({0, len(data), *(at for at in cuts if at < len(data))})
    parts = [data[a:b] for a, b in itertools.pairwise(edges)]
    assert not any("<" in shown for shown in labels(parts))
