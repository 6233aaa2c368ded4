"""The lens grid, which answers to the pointer without asking the server.

One cell per layer and token: pointing shows the ten likeliest tokens there, clicking
(or Enter) follows that token. Row by row it can be played. Colours are the theme's own ramp.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.pick import does

#: What a click can mean, and how many numbers come with it.
DEEDS = {"pick": 1, "move": 1}
_component = component(Path(__file__).parent)


def lens_grid(
    cells: dict[str, Any],
    total: int,
    *,
    key: str,
    on_pick: Callable[[int], None],
    on_move: Callable[[int], None],
) -> None:
    """Draw the grid.

    Parameters
    ----------
    cells : as `core.charts.layers.lens.lens_cells` returns them
    total : number of tokens; the cells may be a window of them
    key : unique on the page
    on_pick, on_move : get the position of a token that was clicked, and that with which another
        window is to begin, before the page runs
    """

    data = {**cells, "total": total, "words": _words()}
    done = does(key, DEEDS, {"pick": on_pick, "move": on_move})
    _component(key=key, data=data, on_pick_change=done)


def _words() -> dict[str, str]:
    return {
        "play": _("Play layer by layer"),
        "pause": _("Pause"),
        "back": _("One layer back"),
        "on": _("One layer on"),
        "window": _("First token of the window"),
        "earlier": _("Earlier tokens"),
        "later": _("Later tokens"),
        "where": _("Tokens {first} to {last} of {n}"),
    }
