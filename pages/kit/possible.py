"""What a name in the page's address may stand for, and how that is said."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from core.language import _
from core.numbers import bare, count


@dataclass(frozen=True)
class Possible:
    """What a name in the address may stand for.

    Attributes
    ----------
    allows : whether a value, as it stands in the address, is one of them
    say : which they are; most often nobody asks
    """

    allows: Callable[[str], bool]
    say: Callable[[], str]

    @property
    def words(self) -> str:
        """Which they are, for a sentence."""
        return self.say()


def anything() -> Possible:
    """Any text."""
    return Possible(lambda _value: True, lambda: _("any text"))


def between(low: float, high: float, *, whole: bool = True) -> Possible:
    """Numbers from `low` to `high`, both included."""

    def allows(value: str) -> bool:
        try:
            number = int(value) if whole else float(value)
        except ValueError:
            return False
        return math.isfinite(number) and low <= number <= high

    def say() -> str:
        if whole:
            return _("a whole number from {low} to {high}").format(low=count(low), high=count(high))
        return _("a number from {low} to {high}").format(low=bare(low), high=bare(high))

    return Possible(allows, say)


def among(options: Iterable[object]) -> Possible:
    """One of a few options."""
    names = [str(option) for option in options]
    say = lambda: _("one of {names}").format(names=_list(names))  # noqa: E731
    return Possible(lambda value: value in names, say)


def some_among(options: Iterable[object]) -> Possible:
    """Any of a few options with commas between them, or none."""
    names = [str(option) for option in options]

    def allows(value: str) -> bool:
        return value == "" or set(value.split(",")) <= set(names)

    return Possible(allows, lambda: _("any of {names}").format(names=_list(names)))


def switch() -> Possible:
    """On or off."""
    return among(("true", "false"))


def _list(names: list[str]) -> str:
    """All of a few names, the ends of many."""
    return " · ".join(names if len(names) <= 16 else [*names[:4], "…", *names[-2:]])
