"""The browser's own storage: reads once what was kept of the course, keeps it, forgets it.

It draws nothing. The server gets what was kept and sends what is to be kept; it stores neither.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pages.components.shared.declare import component
from pages.components.shared.pick import unwatched

_component = component(Path(__file__).parent)

Mode = Literal["read", "keep", "forget"]
#: What it says where a browser lets no page keep anything.
REFUSED = "refused"


def course_store(mode: Mode, text: str = "", *, turn: int = 0, key: str) -> str | None:
    """Returns what was found or `REFUSED`, in the one run that follows; else None.

    Parameters
    ----------
    mode : "read" looks once after the page was loaded; "keep" writes what is new; "forget" takes
        it away
    text : what is to be kept, as JSON. What another tab has kept meanwhile stays beside it
    turn : another number when all begins anew: then nothing of before stays
    key : unique on the page
    """
    data = {"mode": mode, "text": text, "turn": turn}
    found = _component(key=key, data=data, on_found_change=unwatched).found
    return found if isinstance(found, str) else None
