"""The whole machine in one picture: text, vectors, blocks, next word, and the way back.

It plays, steps and answers to the pointer without asking the server; a click follows
another token, opens a block, writes a word or goes to a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from pages.components.shared.declare import component
from pages.components.shared.pick import does
from pages.components.shared.wire import pack

_component = component(Path(__file__).parent)

#: What can be done in the picture: follow a token, open a block (or close it), write a word, go to
#: a page; in the order of view.js.
Deed = Literal["follow", "open", "write", "go"]
DEEDS: dict[Deed, int] = {"follow": 1, "open": 1, "write": 1, "go": 3}


def machine(
    head: dict[str, Any],
    arrays: Sequence[np.ndarray],
    *,
    key: str,
    on: Mapping[Deed, Callable[..., None]],
    ways: Sequence[str] = (),
) -> None:
    """Draw the machine.

    Parameters
    ----------
    head, arrays : as `core.charts.overview.machine.drawn` returns them
    key : unique on the page
    on : what is called before the page runs: "follow" with a position, "open" with a layer
        or -1, "write" with the place of a word among the best, "go" with the place of a page
        among the stages (0 text, 1 vector, 2 a head, 3 a block, 4 next word), layer and head
    ways : the address of each of those pages, ``{layer}`` and ``{head}`` for what is chosen
    """

    data = pack({**head, "ways": list(ways)}, *arrays)
    _component(key=key, data=data, on_pick_change=does(key, DEEDS, on))
