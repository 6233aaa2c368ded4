"""A lesson's key numbers: what its reveals say in bold, computed on a model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pages.course.asking import Question, question_of
from pages.course.lesson import Step
from pages.course.reading import Read
from pages.course.texts import Section

if TYPE_CHECKING:
    from core.engine.backend import Backend

_BOLD = re.compile(r"\*\*[^*{]*\{\w+\}[^*]*\*\*")
#: Where a sentence ends; a quotation mark or bold may close behind its dot.
_END = re.compile(r"(?<=[.!?])(?:[”*]*)\s+(?=[A-Z“*{])")


def key_sentences(engine: Backend, read: Read) -> Iterator[tuple[Step, str]]:
    """Each reveal with its sentences that hold numbers in bold, on the lesson's own texts.

    What cannot be asked of this model says why.
    """
    lesson = read.lesson
    for step in lesson.steps:
        if step.kind != "reveal":
            continue
        asking = lesson.step(step.of or "")
        question = question_of(engine, read, asking, asking.fixed or lesson.prompt)
        if isinstance(question, str):
            yield step, question
        elif question.found is not None:
            said = " ".join(in_bold(section_for(read, step, question).text))
            if said:
                yield step, question.words(said)


def section_for(read: Read, step: Step, question: Question) -> Section:
    """A step's words for the question that was asked, else its own."""
    sections = read.words.sections
    return sections.get(f"{step.id}.{question.number}", sections[step.id])


def in_bold(text: str) -> list[str]:
    """The sentences of a text that hold a placeholder in bold."""
    lines = [line for part in text.split("\n\n") for line in _END.split(part.replace("\n", " "))]
    return [line.strip() for line in lines if _BOLD.search(line)]
