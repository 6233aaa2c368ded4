"""Seven statements, asked before the course and after it: what one believes of a language model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pages.course.reading import Read
from pages.kit.memory import Memory

#: In the order in which they are asked; each has its words in the prose.
STATEMENTS = (
    "looks-up", "tokens-are-words", "meanings-typed-in", "attention-is-importance", "same-answer",
    "plans-sentences", "learns-while-chatting",
)  # fmt: skip
#: What can be said of one.
SAYINGS = ("agree", "unsure", "disagree")
#: A lesson overturns the statement that it names as its misconception; this one two.
_TOO = {"learns-while-chatting": "does-it-plan"}

#: What was believed: statement -> one of `SAYINGS`.
BEFORE = Memory[dict[str, str]]("course_believed_before", {})
AFTER = Memory[dict[str, str]]("course_believed_after", {})
#: Which of the two was skipped.
SKIPPED = Memory[frozenset[str]]("course_beliefs_skipped", frozenset())


def overturned_by(lessons: Sequence[Read]) -> dict[str, Read]:
    """For each statement the lesson that is about it; none for one whose lesson is not there."""
    by_statement = {read.lesson.misconception: read for read in lessons}
    by_id = {read.lesson.id: read for read in lessons}
    found = {name: by_statement.get(name) or by_id.get(_TOO.get(name, "")) for name in STATEMENTS}
    return {name: read for name, read in found.items() if read is not None}


def moved(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The statements of which one says something else now."""
    both = [name for name in STATEMENTS if name in before and name in after]
    return [name for name in both if before[name] != after[name]]
