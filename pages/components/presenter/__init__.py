"""The presenter's line: which panel of how many, the keys of a keyboard and of a clicker."""

from __future__ import annotations

from pathlib import Path

from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.pick import picked, unwatched

_component = component(Path(__file__).parent)
#: What stands for the end of the presentation among the steps.
LEAVE = 0


def presenter(title: str, place: int, n: int, *, key: str, ends: tuple[bool, bool]) -> int | None:
    """Draw the line; returns 1 or -1 for a step on or back, `LEAVE`, or None.

    Parameters
    ----------
    title : of what is shown
    place, n : which one of how many, from 1; 0 of 0 for a page that is one
    key : unique on the page
    ends : whether nothing comes before, and nothing after
    """
    data = {
        "title": title,
        "place": _("{i} of {n}").format(i=place, n=n) if n else "",
        "ends": list(ends),
        "words": {
            "back": _("Back (←, Page Up)"),
            "on": _("On (→, Page Down)"),
            "leave": _("End the presentation"),
        },
    }
    _component(key=key, data=data, on_pick_change=unwatched)
    return next(iter(picked(key)), None)
