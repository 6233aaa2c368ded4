"""How numbers read."""

from __future__ import annotations

import math

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from core.numbers import (
    Number,
    bare,
    bits,
    byte_size,
    count,
    decimal,
    parameters,
    percent,
    percents,
    short,
    signed,
)

SHARES = st.floats(0, 1)
REALS = st.floats(-1e12, 1e12)


def value(text: str) -> float:
    """What a reader takes a number for."""
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def test_numbers() -> None:
    assert f"{Number(-0.25):.2f} {Number(0.25):+.2f}" == "−0.25 +0.25"
    assert f"{Number(-0.001):+.2f} {Number(0.0):+.1f} {Number(-0.001):.3f}" == "0.00 0.0 −0.001"
    assert f"{Number(-0.0)} {Number(-12345):,.0f}" == "0.0 −12,345"
    assert Number(-1) == -1.0


def test_byte_size_bytes():
    assert byte_size(0) == "0 bytes"
    assert byte_size(999) == "999 bytes"
    assert byte_size(1_500) == "1.50 kB"
    assert byte_size(45_300_000) == "45.3 MB"
    assert byte_size(548_105_171) == "548 MB"
    assert byte_size(3_247_159_078) == "3.25 GB"


def test_one_byte_and_units_that_rounding_reaches():
    assert byte_size(1) == "1 byte"
    assert byte_size(999_600) == "1.00 MB"
    assert byte_size(1e15) == "1,000,000 GB"


@pytest.mark.parametrize(
    ("share", "text"),
    [(1.0, "100.00%"), (0.163, "16.3%"), (0.0004, "0.040%"), (1e-9, "< 0.001%")],
)
def test_probabilities_are_written_with_the_digits_they_deserve(share, text) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0%"),
        (0.25, "25.0%"),
        (0.0072, "0.72%"),
        (0.00995, "1.0%"),
        (0.9997, "99.97%"),
        (6e-6, "0.001%"),
        (-0.25, "−25.0%"),
        (-1e-9, "0%"),
    ],
)
def test_a_share_reads_the_same_everywhere(share, text) -> None:
    assert percent(share) == text


def test_a_share_with_the_digits_that_a_sentence_asks_for() -> None:
    assert [percent(0.163, 0), percent(0.0072, 1), percent(0.0004, 1), percent(0.004, 0)] == [
        "16%", "0.7%", "< 0.1%", "< 1%"
    ]  # fmt: skip


def test_shares_of_one_column_have_the_same_digits() -> None:
    assert percents([0.5943, 0.0109, 0.0097]) == ["59.4%", "1.1%", "1.0%"]
    assert percents([0.0, 0.25, 0.0]) == ["0%", "25.0%", "0%"]
    # One that has nearly all does not hide what the others have.
    assert percents([0.997, 0.0012, 0.0011]) == ["99.70%", "0.12%", "0.11%"]
    assert percents([]) == []


@given(st.lists(SHARES, min_size=1))
def test_a_column_hides_nothing_and_has_its_digits_in_common(shares) -> None:
    texts = percents(shares)
    assert all(text == "0%" for share, text in zip(shares, texts, strict=True) if share == 0)
    assert all(text != "0%" for share, text in zip(shares, texts, strict=True) if share > 0)
    assert len({len(text.partition(".")[2]) for text in texts if text != "0%"}) <= 1


def reads(text: str) -> float:
    return 0.0 if text.startswith("<") else value(text.rstrip("%"))


@given(SHARES, SHARES)
@example(0.9994, 0.9996)
@example(0.000994, 0.000996)
def test_a_larger_share_never_reads_smaller(one, other) -> None:
    low, high = sorted((one, other))
    assert reads(percent(low)) <= reads(percent(high))


@given(st.floats(0, 1, exclude_min=True), st.sampled_from([None, 0, 1, 2]))
def test_nothing_positive_reads_as_zero(share, digits) -> None:
    text = percent(share, digits)
    assert text.startswith("< ") or reads(text) > 0


@given(SHARES)
def test_a_share_is_near_what_it_reads(share) -> None:
    assert abs(reads(percent(share)) - 100 * share) <= 0.0501


@given(REALS, st.integers(0, 4))
def test_a_number_keeps_its_sign_and_its_value(x, digits) -> None:
    for text in (decimal(x, digits), signed(x, digits)):
        assert "-" not in text
        assert abs(value(text) - x) <= 0.5 * 10.0**-digits + 1e-12 * abs(x)
        assert value(text) != 0 or text[0] == "0"  # neither −0 nor +0
    assert signed(x, digits)[0] in "+−" or value(signed(x, digits)) == 0
    assert abs(value(short(x)) - x) <= max(0.0051 * abs(x), 0.0051)


@given(REALS, REALS)
def test_a_larger_number_never_reads_smaller(one, other) -> None:
    low, high = sorted((one, other))
    for write in (decimal, signed, short):
        assert value(write(low)) <= value(write(high))


def test_counts_sizes_and_bits() -> None:
    assert [count(0), count(-1), count(50257)] == ["0", "−1", "50,257"]
    assert [parameters(n) for n in (42, 7_900_000, 124_439_808, 999_600_000, 175e9, 1.76e12)] == [
        "42", "7.9 M", "124 M", "1.0 B", "175 B", "1.8 T"
    ]  # fmt: skip
    assert bits(3.25) == "3.25 bits"
    assert [short(x) for x in (0.254, 12.34, 99.96, -1234.5, 0)] == [
        "0.25", "12.3", "100", "−1,234", "0.00"
    ]  # fmt: skip
    assert [bare(x) for x in (0.95, 1.0, -0.5, -0.0)] == ["0.95", "1", "−0.5", "0"]
    assert [decimal(math.inf), decimal(-math.inf)] == ["∞", "−∞"]
