"""A question for the class, and how an answer to it is read."""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from typing import Literal

from core.room.errors import BadAnswer
from core.room.limits import KNOWN, LONGEST_TEXT, LONGEST_WORD, OPTIONS

Kind = Literal["choice", "number", "token", "word"]
KINDS: tuple[Kind, ...] = ("choice", "number", "token", "word")
#: An answer as it is counted: an option's place, a number, a text.
Answer = int | float | str
#: Accents on one letter; more are an ornament that covers the lines around it.
_ACCENTS = 2


@dataclass(frozen=True)
class Question:
    """What is asked of the class.

    Attributes
    ----------
    kind : "choice" of `options`; a "number"; a "token", what comes next after `prompt`: one of
        `options`, or typed if there are none; a free "word"
    text : the question, plain text
    twice : whether the class votes, talks, and votes again
    prompt : the text that it is about
    right : the right answer as an option's text, a number or a token's text; empty if there is none
    model : of a token: the model's most probable next tokens and their probabilities, in falling
        order; at least the first hundred, so that the class's guesses are found among them
    p_right : of a token with a `right` one: its probability
    counts : whether it belongs to the game against the model
    """

    kind: Kind
    text: str
    options: tuple[str, ...] = ()
    twice: bool = False
    prompt: str = ""
    right: str = ""
    model: tuple[tuple[str, float], ...] = ()
    p_right: float = 0.0
    counts: bool = False

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {KINDS}, not {self.kind!r}")
        if self.kind == "choice" and not 2 <= len(self.options) <= OPTIONS:
            raise ValueError(f"a choice has 2 to {OPTIONS} options, not {len(self.options)}")
        if self.kind in ("number", "word") and self.options:
            raise ValueError(f"a {self.kind} has no options")
        if len(self.options) > OPTIONS or len(self.model) > KNOWN:
            raise ValueError("too many options")
        if len(self.text) > LONGEST_TEXT or len(self.prompt) > LONGEST_TEXT:
            raise ValueError("too long a question")
        if self.counts and not (self.kind == "token" and self.right and 0 < self.p_right <= 1):
            raise ValueError("the game needs the right token and its probability")


def read(question: Question, raw: object) -> Answer:
    """An answer that came from a browser.

    Raises
    ------
    BadAnswer
        If the question cannot take it.
    """
    if question.options:
        if isinstance(raw, bool) or not isinstance(raw, int):
            raise BadAnswer.no_option()
        if not 0 <= raw < len(question.options):
            raise BadAnswer.no_option()
        return raw
    if question.kind == "number":
        return _number(raw)
    return word(raw)


def _number(raw: object) -> float:
    if isinstance(raw, bool) or not isinstance(raw, int | float | str) or len(str(raw)) > 20:
        raise BadAnswer.no_number()
    try:
        number = float(str(raw).strip().replace(",", "."))
    except ValueError:
        raise BadAnswer.no_number() from None
    if not math.isfinite(number) or abs(number) > 1e9:
        raise BadAnswer.no_number()
    return number + 0.0  # no minus zero


def word(raw: object) -> str:
    """A word that somebody typed, as it may be shown: one line of readable signs, as text."""
    if not isinstance(raw, str):
        raise BadAnswer.nothing()
    if len(raw) > LONGEST_WORD:
        raise BadAnswer.too_long()
    kept: list[str] = []
    accents = 0
    for c in unicodedata.normalize("NFC", raw):
        accents = accents + 1 if unicodedata.category(c)[0] == "M" else 0
        # Neither what turns the direction of a line or hides in it, nor a tower of accents.
        if accents <= _ACCENTS and (unicodedata.category(c)[0] != "C" or c == "\u200d"):
            kept.append(" " if c.isspace() else c)
    found = " ".join("".join(kept).split())
    if not found.strip("\u200d"):
        raise BadAnswer.nothing()
    return found


def same(text: str) -> str:
    """What two words that count as one have in common: no spaces around them, small letters."""
    return text.strip().casefold()
