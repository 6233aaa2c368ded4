"""A step to do knows by itself that it was done: the address says so."""

from __future__ import annotations

from pages.course.answers import finish, is_done
from pages.course.asking import asked_by
from pages.course.moving import in_places, prompt_of, state_of
from pages.course.place import Place, here
from pages.kit import address
from pages.kit.current import Current

#: Any value at all; any but what the step opened with.
ANY, CHANGED = "*", "changed"


def just_done(now: Current) -> bool:
    """Whether the step of now is to do, and has been done since the page was drawn."""
    place = here()
    if not isinstance(place, Place) or place.step.kind != "do" or is_done(place.key):
        return False
    if not _is_done(now, place):
        return False
    finish(place.key)
    return True


def _is_done(now: Current, place: Place) -> bool:
    asked = asked_by(now.engine, place.read, place.step, prompt_of(place.read, place.step))
    places = dict(asked.found.places) if asked is not None and asked.found is not None else {}
    wanted = in_places(place.step.done_when, places)
    began = state_of(now, place.read, place.step)
    if len(wanted) < len(place.step.done_when):
        return False  # the model has no such place: it can only be skipped
    return all(_holds(name, value, began.get(name, "")) for name, value in wanted.items())


def _holds(name: str, wanted: str, began: str) -> bool:
    held = ",".join(address.asked(name))
    if wanted == ANY:
        return bool(held)
    if wanted == CHANGED:
        return held != began
    return held == wanted
