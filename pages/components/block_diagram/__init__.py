"""One block as a diagram, which answers to the pointer without asking the server.

The vectors of the block are strips of colour: pointing names a dimension and its
value, clicking a station opens its arithmetic. Colours are the theme's own ramp.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from pages.components.shared.declare import component
from pages.components.shared.pick import calls
from pages.components.shared.wire import pack

_component = component(Path(__file__).parent)


def block_diagram(drawn: dict[str, Any], *, key: str, on_pick: Callable[[str], None]) -> None:
    """Draw the block.

    Parameters
    ----------
    drawn : as `core.charts.layers.block.block_stations` returns it
    key : unique on the page
    on_pick : gets the name of a station that was clicked, before the page runs
    """
    stations = drawn["stations"]
    vectors = [np.asarray(station["values"], np.float32) for station in stations]
    head = drawn | {"stations": [station | {"values": None} for station in stations]}
    clicked = calls(key, lambda index: on_pick(stations[index]["name"]), range(len(stations)))
    _component(key=key, data=pack(head, *vectors), on_pick_change=clicked)
