"""What a check answers, and how it says that it cannot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import LearnerError
from core.questions.told import Told
from core.recipes.recipe import Recipe

#: A winner must have so many times what the runner-up has: a guess should not hang on a tie.
FAIR = 1.5


class Refused(LearnerError):
    """This prompt on this model cannot carry the question; the lesson asks another one."""


@dataclass(frozen=True)
class Candidate:
    """One of the tokens to choose from.

    Attributes
    ----------
    answer : what choosing it answers: a token id, or an index where the check says so
    label : as the screen writes it
    trap : which misconception leads to it, the key of its feedback; "right" for the right one
    """

    answer: int
    label: str
    trap: str


@dataclass(frozen=True, eq=False)
class Found:
    """A question's answer, from the model.

    Attributes
    ----------
    right : choice: an option's name; number: the number; token: a candidate's answer;
        click: a position; order: the options' names, in order
    numbers : the placeholders of the words
    places : values for addresses, as these write them
    recipe : a program whose ``result`` holds the same numbers
    candidates : for a token question, by label, so that their order tells nothing
    traps : for a number or a click: an answer that a misconception gives, and its feedback key
    """

    right: Any  # its type is told by what the check gives
    numbers: Mapping[str, Told]
    places: Mapping[str, Any]  # str or int
    recipe: Recipe
    candidates: tuple[Candidate, ...] = ()
    traps: Mapping[int | float, str] = field(default_factory=dict)


def by_label(found: Mapping[int, tuple[str, str]]) -> tuple[Candidate, ...]:
    """Candidates in an order that tells nothing.

    Parameters
    ----------
    found : answer -> (label, trap); where two labels read the same, the first one stays
    """
    kept: dict[str, Candidate] = {}
    for answer, (label, trap) in found.items():
        kept.setdefault(label, Candidate(answer, label, trap))
    return tuple(
        sorted(kept.values(), key=lambda one: (one.label.strip("␣").casefold(), one.label))
    )
