"""How the numbers of a lesson read."""

from __future__ import annotations

import pytest

from core.questions import Told


@pytest.mark.parametrize(
    ("told", "reads"),
    [
        (Told("percent", 0.4153), "41.5%"),
        (Told("percent", 0.00003), "0.003%"),
        (Told("percent", 0.4153, 0), "42%"),
        (Told("count", 50257), "50,257"),
        (Told("bits", 3.3412), "3.34 bits"),
        (Told("bits", 0.0021), "0.002 bits"),
        (Told("bits", 0.0), "0.00 bits"),
        (Told("number", -0.567, 2), "−0.57"),
        (Told("number", 0.7), "0.7"),
        (Told("number", 2.0), "2"),
        (Told("word", "␣at"), "␣at"),
        (Told("words", ("st", "raw", "berry")), "st · raw · berry"),
        (Told("head", (3, 7)), "L3.H7"),
        (Told("text", "<b>{x}</b>"), "<b>{x}</b>"),
    ],
)
def test_a_number_reads_as_everywhere_in_the_app(told: Told, reads: str) -> None:
    assert str(told) == reads
