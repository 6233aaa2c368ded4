"""What came out of the course: what was believed before and after, what was predicted and is so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from core.language import _
from pages.course import beliefs
from pages.course.answers import Given
from pages.course.keeping import Kept
from pages.course.reading import Read
from pages.kit.words import plain

#: The key of a game's standing, in the place of an answer.
PLAYED = "played"


@dataclass(frozen=True)
class Belief:
    """One of the seven statements.

    Attributes
    ----------
    text : the statement
    before, after : one of `beliefs.SAYINGS`, or None where nothing was said
    truth : what is the case; empty as long as the lesson would only be spoilt by it
    lesson : the title of the one that is about it; empty if that is not there
    """

    text: str
    before: str | None
    after: str | None
    truth: str
    lesson: str


@dataclass(frozen=True)
class Predictions:
    """The answers to a lesson's questions, in its order."""

    title: str
    answers: tuple[Given, ...]


def believed(kept: Kept, lessons: Sequence[Read], prose: Callable[[str], str]) -> list[Belief]:
    """All statements, in their order.

    Parameters
    ----------
    prose : a section of the course's text, by name
    """
    about = beliefs.overturned_by(lessons)
    found = []
    for name in beliefs.STATEMENTS:
        read = about.get(name)
        known = bool(kept.after) or (read is not None and read.lesson.id in kept.done)
        truth = prose(f"statement_{name}_truth") if known else ""
        title = read.words.title if read is not None else ""
        said = kept.before.get(name), kept.after.get(name)
        found.append(Belief(prose(f"statement_{name}"), *said, truth, title))
    return found


def predicted(answers: Mapping[str, Given], lessons: Sequence[Read]) -> list[Predictions]:
    """Lesson by lesson; lessons and steps that there are no more are left out."""
    found = []
    for read in lessons:
        keys = [f"{read.lesson.id}/{step.id}" for step in read.lesson.steps]
        given = tuple(answers[key] for key in keys if key in answers)
        if given:
            found.append(Predictions(read.words.title, given))
    return found


def verdict(given: Given) -> str:
    """What was said and what is so, in Markdown."""
    said = _("You said: {said}").format(said=given.said)
    if given.key == PLAYED:
        return given.said  # how a game stands is no answer
    if given.right is None:
        return said
    if given.right:
        return f"{said} · " + _("so it is")
    return f"{said} · " + _("The model: {truth}").format(truth=given.truth)


def as_markdown(
    kept: Kept, lessons: Sequence[Read], prose: Callable[[str], str], saying: Callable[[str], str]
) -> str:
    """All of it as a text to keep."""
    parts = ["# " + _("What I have found out"), "## " + _("What I believed")]
    parts += [_belief(one, saying) for one in believed(kept, lessons, prose)]
    for lesson in predicted(kept.answers, lessons):
        parts.append(f"## {lesson.title}")
        parts += [_answer(given) for given in lesson.answers]
    return "\n\n".join(parts) + "\n"


def _belief(one: Belief, saying: Callable[[str], str]) -> str:
    about = overturned(one) if one.lesson else ""
    lines = [f"**“{one.text}”**", change(one, saying), one.truth, about]
    return "\\\n".join(line for line in lines if line)


def overturned(one: Belief) -> str:
    """Which lesson is about it."""
    return _("The lesson “{title}” is about it.").format(title=one.lesson)


def change(one: Belief, saying: Callable[[str], str]) -> str:
    """What was believed before and after, in one line; empty where nothing was said."""
    parts = []
    if one.before is not None:
        parts.append(_("Before: {said}").format(said=saying(one.before)))
    if one.after is not None:
        parts.append(_("After: {said}").format(said=saying(one.after)))
    return " → ".join(parts)


def _answer(given: Given) -> str:
    lines = [plain(given.asked), _("Text: {text}").format(text=plain(given.prompt)), verdict(given)]
    return "- " + "\\\n  ".join(line for line in lines if line)
