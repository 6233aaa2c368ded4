"""Plays the steps of a figure that the server draws: it asks for one after the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.pick import calls

_component = component(Path(__file__).parent)


def step_player(
    step: int, last: int, *, key: str, stamp: str, on_pick: Callable[[int], None]
) -> None:
    """Draw the buttons.

    Parameters
    ----------
    step : that is shown
    last : step
    key : unique on the page
    stamp : of what is played; another one does not play on
    on_pick : gets the step that is to be shown, before the page runs
    """
    words = {
        "play": _("Play"),
        "pause": _("Pause"),
        "back": _("One step back"),
        "on": _("One step on"),
    }
    data = {"at": step, "last": last, "stamp": stamp, "words": words}
    _component(key=key, data=data, on_pick_change=calls(key, on_pick, range(last + 1)))
