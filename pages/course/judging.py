"""What an answer is worth: never a mark, always an explanation."""

from __future__ import annotations

from typing import Any

from core.numbers import bare, count
from core.tokens.encoding import encode
from pages.course.answers import Given
from pages.course.asking import Question
from pages.course.texts import as_text, asks
from pages.kit.current import Current
from pages.kit.words import plain

#: A number that is not whole counts as right within this share of the right one.
NEAR = 0.05


def judged(now: Current, question: Question, value: Any) -> Given:
    """A chosen value as an answer: how it reads, which feedback is its own, whether it is right."""
    kind = question.ask.type
    key, right = _key_of(now, question, value)
    truth = "" if right is None else truth_of(now, question)
    typed = kind == "token" and question.ask.typed
    said = plain(value) if typed else _said(now, question, value)
    kept = list(value) if isinstance(value, tuple) else value
    asked = as_text(question.words(asks(question.section.text)))
    return Given(kept, said, key, right, now.text, truth, question.number, asked)


def feedback_of(question: Question, section_feedback: dict[str, str], given: Given) -> str:
    """The words for an answer: those for itself, else for its kind.

    What is wrong on one model may be right on another: there it is not explained as a mistake.
    """
    names = ("right", given.key) if given.right else (given.key, "wrong")
    text = next((section_feedback[name] for name in names if name in section_feedback), "")
    return question.words(text)


def truth_of(now: Current, question: Question) -> str:
    """How the right answer reads; empty where nothing is right or wrong."""
    truth = _truth(question)
    return "" if truth is None else _said(now, question, truth)


def _truth(question: Question) -> Any:
    return question.found.right if question.found is not None else question.ask.right


def _key_of(now: Current, question: Question, value: Any) -> tuple[str, bool | None]:
    found, kind = question.found, question.ask.type
    if kind == "vote" or (found is None and question.ask.right is None):
        return str(value), None
    truth = _truth(question)
    if kind == "choice":
        return value, value == truth
    assert found is not None
    if kind == "token" and question.ask.typed:
        right = truth in first_tokens(now, value)
        return ("right" if right else "wrong"), right
    if kind == "token":
        trap = next((one.trap for one in found.candidates if one.answer == value), "wrong")
        return trap, value == truth
    if kind == "order":
        right = tuple(value) == tuple(truth)
        return ("right" if right else "wrong"), right
    return _key_of_number(value, truth, found.traps)


def _key_of_number(value: float, truth: float, traps: Any) -> tuple[str, bool]:
    near = abs(value - truth) <= NEAR * abs(truth) if isinstance(truth, float) else value == truth
    if near:
        return "right", True
    return traps.get(value, "high" if value > truth else "low"), False


def first_tokens(now: Current, typed: str) -> set[int]:
    """The tokens that a typed word begins with, with and without a space before it."""
    texts = (typed, " " + typed.strip())
    return {encode(now.engine.tokenizer, text)[0].id for text in texts}


def _said(now: Current, question: Question, value: Any) -> str:
    """An answer as it reads."""
    kind = question.ask.type
    if kind in ("choice", "vote"):
        return question.words(question.section.options[value])
    if kind == "order":
        return " → ".join(question.words(question.section.options[name]) for name in value)
    if kind == "click":
        return f"“{plain(now.labels[value])}”"
    if kind == "token":
        candidates = question.found.candidates if question.found else ()
        label = next((one.label for one in candidates if one.answer == value), None)
        return f"“{plain(label if label is not None else now.label(value))}”"
    return count(value) if isinstance(value, int) else bare(value)
