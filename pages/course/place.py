"""Where a session is in the course: what lessons there are, and the step that the address names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from core import cache
from core.language import _, current_language
from pages.course.lesson import Step
from pages.course.reading import OURS, Read, read_folder
from pages.kit import address
from pages.kit.memory import Memory
from pages.kit.words import plain

LESSON, STEP, PATH = "lesson", "step", "path"
#: The path of the steps marked short, in the address.
SHORT = "short"
#: The step that the session has opened; another one in the address came by a link.
OPENED = Memory[tuple[str, str]]("lesson_opened", ("", ""))
#: Where it was before a lesson: the page, and what its address held.
CAME_FROM = Memory[tuple[str, dict[str, list[str]]] | None]("lesson_came_from", None)
#: Texts of the learner's own, by lesson.
OWN = Memory[dict[str, str]]("lesson_own_texts", {})


@dataclass(frozen=True)
class Place:
    """A step of a lesson.

    Attributes
    ----------
    read : the lesson
    step : of it
    short : whether the session takes the 45-minute path
    """

    read: Read
    step: Step
    short: bool

    @property
    def path(self) -> tuple[Step, ...]:
        """The steps that are gone through; the one that a link opened is among them."""
        steps = self.read.lesson.steps
        return tuple(step for step in steps if not self.short or step.short or step == self.step)

    def beside(self, way: int) -> Step | None:
        """The step before (-1) or after (1), if there is one."""
        index = self.path.index(self.step) + way
        return self.path[index] if 0 <= index < len(self.path) else None

    @property
    def key(self) -> str:
        """The step's name among all lessons."""
        return f"{self.read.lesson.id}/{self.step.id}"


def lessons() -> tuple[list[Read], list[str]]:
    """All lessons in the session's language, ours and the host's, and what is wrong with some."""
    language = current_language.get()
    found, mistakes = read_folder(OURS, language)
    own = cache.settings().lessons
    if own:
        if not Path(own).is_dir():
            mistakes.append(
                _("The setting names a folder of lessons that is not there: {folder}").format(
                    folder=own
                )
            )
        more, wrong = read_folder(Path(own), language)
        ids = {read.lesson.id for read in found}
        found += [read for read in more if read.lesson.id not in ids]
        mistakes += wrong
    return found, mistakes


def here() -> Place | str | None:
    """The step that the address names; a sentence if there is none of that name; or no lesson."""
    asked = address.asked(LESSON)
    if not asked:
        return None
    read = next((read for read in lessons()[0] if read.lesson.id == asked[-1]), None)
    if read is None:
        return _(
            "There is no lesson “{name}”. The page Lessons lists those that there are."
        ).format(name=plain(asked[-1][:40]))
    short = address.asked(PATH) == [SHORT]
    wanted = (address.asked(STEP) or [read.lesson.path(short=short)[0].id])[-1]
    step = next((step for step in read.lesson.steps if step.id == wanted), None)
    if step is None:
        return _("The lesson “{title}” has no step “{name}”.").format(
            title=read.words.title, name=plain(wanted[:40])
        )
    return Place(read, step, short)
