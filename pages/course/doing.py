"""A step to do knows by itself that it was done: the address says so."""

from __future__ import annotations

from pages.course.answers import finish, is_done
from pages.course.asking import asked_by
from pages.course.moving import in_places, prompt_of
from pages.course.place import Place, here
from pages.kit import address
from pages.kit.current import Current
from pages.kit.memory import Memory

#: Any value at all; any but what the step began with.
ANY, CHANGED = "*", "changed"
#: The step that was drawn last, and what the address held when it was drawn first.
_BEGAN = Memory[tuple[str, dict[str, str]]]("lesson_step_began", ("", {}))


def just_done(now: Current) -> bool:
    """Whether the step of now is to do, and has been done since the page was drawn."""
    place = here()
    if not isinstance(place, Place) or place.step.kind != "do" or is_done(place.key):
        return False
    if _BEGAN.get()[0] != place.key:
        _BEGAN.set((place.key, {name: _held(name) for name in place.step.done_when}))
    if not _is_done(now, place):
        return False
    finish(place.key)
    return True


def _is_done(now: Current, place: Place) -> bool:
    asked = asked_by(now.engine, place.read, place.step, prompt_of(place.read, place.step))
    places = dict(asked.found.places) if asked is not None and asked.found is not None else {}
    wanted = in_places(place.step.done_when, places)
    if len(wanted) < len(place.step.done_when):
        return False  # the model has no such place: it can only be skipped
    began = _BEGAN.get()[1]
    return all(_holds(name, value, began[name]) for name, value in wanted.items())


def _held(name: str) -> str:
    return ",".join(address.asked(name))


def _holds(name: str, wanted: str, began: str) -> bool:
    held = _held(name)
    if wanted == ANY:
        return bool(held)
    if wanted == CHANGED:
        return held != began
    return held == wanted
