"""How far a session has come: the steps that it has seen, and where it left off."""

from __future__ import annotations

import math
from collections.abc import Sequence

from pages.course.answers import is_done
from pages.course.lesson import Lesson, Step
from pages.course.reading import Read
from pages.kit.memory import Memory

#: Steps that were drawn, as ``lesson/step``, the last one last.
SEEN = Memory[tuple[str, ...]]("lesson_steps_seen", ())


def visit(step: str) -> None:
    """A step is drawn."""
    seen = SEEN.get()
    if seen[-1:] != (step,):
        SEEN.set((*(one for one in seen if one != step), step))


def seen_of(lesson: Lesson, *, short: bool) -> int:
    """How many steps of a lesson's path were seen."""
    seen = set(SEEN.get())
    return sum(f"{lesson.id}/{step.id}" in seen for step in lesson.path(short=short))


def left_at(lesson: Lesson, *, short: bool) -> Step | None:
    """The step at which an unfinished lesson was left; None where there is nothing to go on with.

    Parameters
    ----------
    short : the path that goes on; a step that is not on it leads to the next one that is
    """
    last = next((k for k in reversed(SEEN.get()) if k.split("/")[0] == lesson.id), None)
    if last is None or is_done(lesson.id):
        return None
    names = [step.id for step in lesson.steps]
    name = last.split("/")[1]
    rest = lesson.steps[names.index(name) :] if name in names else ()
    path = lesson.path(short=short)
    found = next((step for step in rest if step in path), None)
    return None if found is None or found == path[0] else found


def minutes_of(lesson: Lesson, *, short: bool) -> int:
    """The minutes that a path of a lesson takes, by its share of the steps."""
    return math.ceil(lesson.minutes * len(lesson.path(short=short)) / len(lesson.steps))


def on_path(lessons: Sequence[Read], *, short: bool) -> list[Read]:
    """The lessons that have steps on a path."""
    return [read for read in lessons if read.lesson.path(short=short)]


def next_of(lessons: Sequence[Read], after: str = "") -> Read | None:
    """The lesson to go on with: the first one behind another that is not done, else of all."""
    names = [read.lesson.id for read in lessons]
    start = names.index(after) + 1 if after in names else 0
    order = [*lessons[start:], *lessons[:start]]
    return next((read for read in order if not is_done(read.lesson.id)), None)
