"""What a learner answered and did: kept in the session, nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages.kit.memory import Memory


@dataclass(frozen=True)
class Given:
    """An answer that was committed.

    Attributes
    ----------
    value : as the question's kind has it; a list for an order
    said : how it reads, in Markdown; what was typed is text there
    key : of the feedback: an option's name, a trap, or "right" and "wrong"
    right : whether it is; None where nothing is right or wrong
    prompt : the text that was asked about
    truth : how the right answer reads; empty where there is none
    number : which of the step's questions was asked
    asked : the question, as text
    """

    value: Any
    said: str
    key: str
    right: bool | None
    prompt: str
    truth: str = ""
    number: int = 1
    asked: str = ""


ANSWERS = Memory[dict[str, Given]]("lesson_answers", {})
#: Lessons and steps to do that were finished.
DONE = Memory[frozenset[str]]("lesson_done", frozenset())


def answer_to(step: str) -> Given | None:
    """The answer to a step, by its key ``lesson/step``."""
    return ANSWERS.get().get(step)


def fitting(step: str, prompt: str, number: int) -> Given | None:
    """The answer to a step, if it is about this text and this one of the step's questions."""
    given = answer_to(step)
    fits = given is not None and (given.prompt, given.number) == (prompt, number)
    return given if fits else None


def commit(step: str, given: Given) -> None:
    ANSWERS.set({**ANSWERS.get(), step: given})


def finish(name: str) -> None:
    """A lesson, or a step to do, is done."""
    DONE.set(DONE.get() | {name})


def is_done(name: str) -> bool:
    return name in DONE.get()


def start_over() -> None:
    """Forget all of it."""
    ANSWERS.set({})
    DONE.set(frozenset())
