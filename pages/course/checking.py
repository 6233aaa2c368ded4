"""Whether a lesson's words say all that its structure asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from core.questions import CHECKS
from core.questions.registry import COMMON
from pages.course.lesson import WITH_OPTIONS, Ask, Lesson, Step
from pages.course.texts import Section


def unsaid(lesson: Lesson, sections: Mapping[str, Section]) -> Iterator[str]:
    """What is missing, sentence by sentence."""
    for step in lesson.steps:
        if step.id not in sections:
            yield f"the section “## {step.id}” is missing"
            continue
        for number, ask in enumerate(step.ask, 1):
            yield from _of_question(section_of(step, number), ask, sections)
        yield from _numbers(lesson, step, sections)


def section_of(step: Step, number: int) -> str:
    """The section with the words of a step's question; the first one is the step's own."""
    return step.id if number == 1 else f"{step.id}.{number}"


def _of_question(name: str, ask: Ask, sections: Mapping[str, Section]) -> Iterator[str]:
    if name not in sections:
        yield f"the section “## {name}” is missing"
        return
    if ask.type in WITH_OPTIONS:
        for option in ask.options:
            if option not in sections[name].options:
                yield f"in “## {name}” a line “- {option}: …” is missing"


def _numbers(lesson: Lesson, step: Step, sections: Mapping[str, Section]) -> Iterator[str]:
    """Placeholders that nothing fills."""
    source = (
        step
        if step.ask
        else next((s for s in lesson.steps if s.id == (step.of or step.uses)), None)
    )
    asks = source.ask if source is not None else ()
    for number, ask in enumerate(asks or (None,), 1):
        name = section_of(step, number)
        if name in sections:
            unknown = sections[name].placeholders() - numbers_of(ask)
            for placeholder in sorted(unknown):
                yield f"in “## {name}” nothing fills {{{placeholder}}}"


def numbers_of(ask: Ask | None) -> set[str]:
    """The placeholders that a question's check fills."""
    if ask is None or ask.check is None:
        return set(COMMON)
    return set(CHECKS[ask.check].numbers_with(ask.given))
