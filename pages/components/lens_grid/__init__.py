"""The lens grid, which answers to the pointer without asking the server.

One cell per layer and token: pointing shows the ten likeliest tokens there, clicking
(or Enter) follows that token. Colours are the theme's own ramp.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from pages.components.shared.declare import component
from pages.components.shared.pick import calls

_component = component(Path(__file__).parent)


def lens_grid(cells: dict[str, Any], *, key: str, on_pick: Callable[[int], None]) -> None:
    """Draw the grid.

    Parameters
    ----------
    cells : as `core.charts.layers.lens.lens_cells` returns them
    key : unique on the page
    on_pick : gets the position of a token that was clicked, before the page runs
    """
    _component(key=key, data=cells, on_pick_change=calls(key, on_pick))
