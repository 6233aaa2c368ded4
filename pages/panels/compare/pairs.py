"""Pairs of prompts whose answers differ in the embedded model.

Chosen from what ``python -m training.pairs`` finds; a test holds each to it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from core.language import _
from pages.shell.examples import DEFAULT_PROMPT


@dataclass(frozen=True)
class Pair:
    """Two prompts that differ in one thing."""

    title: str
    a: str
    b: str


_PAIRS: dict[str, tuple[Callable[[], str], str, str]] = {
    "sex": (
        lambda: _("she or he"),
        "There was once a girl who lived in a castle. Every morning",
        "There was once a boy who lived in a castle. Every morning",
    ),
    "number": (
        lambda: _("many or one"),
        "The two brothers lived in a little house. Every day",
        "The old brother lived in a little house. Every day",
    ),
    "name": (
        lambda: _("two names"),
        "Doctor Fell met Captain Green. “Good day,” said Captain",
        "Doctor Fell met Captain Brown. “Good day,” said Captain",
    ),
    "again": (
        lambda: _("repeated or not"),
        "apple river lamp apple river",
        "green house lamp apple river",
    ),
}


def pairs() -> dict[str, Pair]:
    """The pairs by name, titles in the session's language."""
    return {name: Pair(title(), a, b) for name, (title, a, b) in _PAIRS.items()}


#: What the app opens with hardly hangs on any one word before the last: here the same word, as
#: the one who has a daughter and as the one who was robbed.
_FIRST = (DEFAULT_PROMPT, "Once upon a time there was a fox who had stolen the crown of the king")
#: Words that stand for each other; the first that occurs is exchanged everywhere.
_TWINS = (
    ("king", "queen"), ("prince", "princess"), ("boy", "girl"), ("man", "woman"), ("he", "she"),
    ("father", "mother"), ("brother", "sister"), ("son", "daughter"), ("river", "garden"),
    ("apple", "green"), ("Captain", "Doctor"),
)  # fmt: skip


def twin(text: str) -> str:
    """A prompt to compare another one with, until somebody types one."""
    for known in (_FIRST, *((pair.a, pair.b) for pair in pairs().values()), *_TWINS):
        for one, other in (known, known[::-1]):
            found = re.sub(rf"(?<!\w){re.escape(one)}(?!\w)", other, text)
            if found != text:
                return found
    return _PAIRS["sex"][2]
