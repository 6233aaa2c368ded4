"""From step to step: each one is a link, followed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NoReturn

from pages.course.asking import asked_by
from pages.course.lesson import Step, Value
from pages.course.place import CAME_FROM, LESSON, OPENED, OWN, PATH, SHORT, STEP, Place
from pages.course.reading import Read
from pages.kit import address
from pages.kit.current import Current

_PLACE = re.compile(r"\{(\w+)\}")
#: The page of the course.
COURSE = "lessons"


def prompt_of(read: Read, step: Step) -> str:
    """The text that a step is about: its own, the learner's, or the lesson's."""
    if step.fixed is not None:
        return step.fixed
    return OWN.get().get(read.lesson.id, read.lesson.prompt)


def keep_own_text(place: Place, now: Current) -> None:
    """A text that the learner typed in mid-lesson is used from here on, where a step allows."""
    lesson = place.read.lesson
    if place.step.fixed is not None or OPENED.get() != (lesson.id, place.step.id):
        return
    forget_own_text(place)
    if now.text != lesson.prompt:
        OWN.set({**OWN.get(), lesson.id: now.text})


def forget_own_text(place: Place) -> None:
    """From here on the lesson is about its own text again."""
    lesson = place.read.lesson.id
    OWN.set({key: text for key, text in OWN.get().items() if key != lesson})


def state_of(now: Current, read: Read, step: Step) -> dict[str, str]:
    """What the address holds when a step opens, its places filled; a place unknown is left out."""
    asked = asked_by(now.engine, read, step, prompt_of(read, step))
    places = dict(asked.found.places) if asked is not None and asked.found is not None else {}
    return in_places(read.lesson.opened(step).state, places)


def in_places(values: Mapping[str, Value], places: Mapping[str, str | int]) -> dict[str, str]:
    """Values as an address writes them, each ``{place}`` filled; what is unknown is left out."""
    written = {}
    for name, value in values.items():
        if isinstance(value, bool):
            written[name] = str(value).lower()
        elif set(_PLACE.findall(str(value))) <= set(places):
            written[name] = _PLACE.sub(lambda match: str(places[match[1]]), str(value))
    return written


def go_to(now: Current, read: Read, step: Step, *, short: bool) -> NoReturn:
    """Open a step as a link would."""
    lesson, opened = read.lesson, read.lesson.opened(step)
    values = {"prompt": prompt_of(read, step), **state_of(now, read, step)}
    panel = {} if opened.panel is None else {"panel": opened.panel}
    path = {PATH: SHORT} if short else {}
    OPENED.set((lesson.id, step.id))
    address.follow(opened.page, {**values, **panel, **path, LESSON: lesson.id, STEP: step.id})


def open_link(now: Current, place: Place, page: str) -> None:
    """A step that came by a link: what it opens is opened, unless the link says all of it.

    Without the step it does not: while a server wakes up, the app itself writes a prompt beside it.
    """
    lesson, step = place.read.lesson, place.step
    if OPENED.get() == (lesson.id, step.id) and lesson.opened(step).page == page:
        return
    needed = {*state_of(now, place.read, step), "prompt", STEP}
    if lesson.opened(step).page == page and needed <= set(address.names()):
        OPENED.set((lesson.id, step.id))
        return
    go_to(now, place.read, step, short=place.short)


def begin(
    now: Current, read: Read, *, short: bool, came_from: str, step: Step | None = None
) -> NoReturn:
    """Open a lesson at its first step or where it was left, and remember where one was."""
    CAME_FROM.set((came_from, address.standing()))
    go_to(now, read, step or read.lesson.path(short=short)[0], short=short)


def leave() -> NoReturn:
    """Give the page back as it was before the lesson, or go to the course."""
    kept = CAME_FROM.get()
    CAME_FROM.set(None)
    OPENED.set(("", ""))
    if kept is None:
        address.follow(COURSE, {})
    page, standing = kept
    address.follow(page, {**standing})
