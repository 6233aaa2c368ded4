"""A number or a text for the words of a lesson; how it reads is decided when it is read."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core import numbers

Kind = Literal["percent", "count", "bits", "number", "word", "words", "head", "text"]


@dataclass(frozen=True)
class Told:
    """A placeholder's value.

    Attributes
    ----------
    kind : how it is written
    value : percent: a share in [0, 1]; count: a whole number; bits, number: a number;
        word: one token's label; words: a tuple of labels; head: (layer, head); text: what
        a person typed, or what the model wrote
    digits : of a percent or a number, after the point; None for as many as it deserves
        (percent), or as it has (number: a setting)
    """

    kind: Kind
    value: Any
    digits: int | None = None

    def __str__(self) -> str:
        """In the session's language, through `core.numbers`."""
        return _WRITTEN[self.kind](self)


def _number(told: Told) -> str:
    if told.digits is None:
        return numbers.bare(told.value)
    return numbers.decimal(told.value, told.digits)


_WRITTEN: dict[str, Callable[[Told], str]] = {
    "percent": lambda told: numbers.percent(told.value, told.digits),
    "count": lambda told: numbers.count(told.value),
    "bits": lambda told: numbers.bits(told.value, 3 if 0 < told.value < 0.0995 else 2),
    "number": _number,
    "word": lambda told: str(told.value),
    "words": lambda told: " · ".join(told.value),  # one of them may be a comma
    "head": lambda told: head_name(*told.value),
    "text": lambda told: str(told.value),
}


def head_name(layer: int, head: int) -> str:
    """As the screen and the address write a head: ``L3.H7``."""
    return f"L{layer}.H{head}"


def percents(**shares: float) -> dict[str, Told]:
    return {name: Told("percent", float(share)) for name, share in shares.items()}


def counts(**numbers: int) -> dict[str, Told]:
    return {name: Told("count", int(n)) for name, n in numbers.items()}


def bits(**values: float) -> dict[str, Told]:
    return {name: Told("bits", float(x)) for name, x in values.items()}


def settings(**values: float) -> dict[str, Told]:
    """Numbers that somebody chose, with the digits that they have."""
    return {name: Told("number", float(x)) for name, x in values.items()}


def decimals(**values: float) -> dict[str, Told]:
    """Numbers that were measured, with two digits after the point."""
    return {name: Told("number", float(x), 2) for name, x in values.items()}


def words(labels: Sequence[str]) -> Told:
    return Told("words", tuple(labels))


def texts(**typed: str) -> dict[str, Told]:
    return {name: Told("text", text) for name, text in typed.items()}
