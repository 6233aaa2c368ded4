"""The vectors of one block at work on one token, as strips of colour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from core.charts.drawing import Drawing
from core.charts.theme import ramp
from core.language import _
from core.numbers import Number


def _roles() -> dict[str, tuple[str, str, str, bool]]:
    """By station: where it stands, what its dot says, what it is, whether it can be opened."""
    return {
        "resid_pre": ("trunk start", "", _("the stream that enters"), False),
        "ln_1": ("branch leave", "", _("copied off and normalised"), True),
        "attn": ("branch enter", "+", _("what earlier tokens add"), True),
        "resid_mid": ("trunk", "", _("the stream in the middle"), False),
        "ln_2": ("branch leave", "", _("copied off and normalised"), True),
        "c_fc": ("branch", "", _("widened to n_inner neurons"), False),
        "gelu": ("branch", "", _("bent by GELU"), True),
        "mlp": ("branch enter", "+", _("what the neurons add"), False),
        "resid_post": ("trunk end", "", _("the stream that leaves"), False),
    }


def block_stations(
    stations: Mapping[str, np.ndarray], lengths: Mapping[str, float], chosen: str | None
) -> dict[str, Any]:
    """What the block diagram draws.

    Parameters
    ----------
    stations : `core.views.block.BlockSteps.stations`
    lengths : the Euclidean norm of each
    chosen : the station whose arithmetic is open
    """
    roles, drawn = _roles(), []
    for name, vector in stations.items():
        role, dot, what, pick = roles[name]
        drawn.append(
            {
                "name": name,
                "role": role,
                "dot": dot,
                "what": what,
                "pick": pick,
                # A handful of very large dimensions would leave the rest grey: colours end at 98 %.
                "bound": max(float(np.quantile(np.abs(vector), 0.98)), 1e-6),
                "values": vector.tolist(),
                "length": _("‖x‖ {length:.1f}").format(length=Number(lengths[name])),
            }
        )
    return {
        "stations": drawn,
        "chosen": chosen,
        "hint": _("Point at a strip to read a number; click an underlined station to open it."),
        "point": _("{name}, dimension {dim}: {value}"),
    }


def block_picture(drawn: dict[str, Any], title: str) -> Drawing:
    """The vectors of one block as strips, to take away.

    Parameters
    ----------
    drawn : as `block_stations` returns it
    title : which block and token, one line
    """
    left, top, high, room = 330, 44, 42, 560
    drawing = Drawing(left + room + 110, top + len(drawn["stations"]) * high + 8, title)
    drawing.words(12, 20, title, size=16, bold=True, most=110)
    for i, station in enumerate(drawn["stations"]):
        y, values = top + i * high, np.asarray(station["values"])
        indent = 12 if station["role"].startswith("trunk") else 36
        drawing.words(indent, y + 9, station["name"], mono=True, bold=True)
        drawing.words(indent, y + 26, station["what"], size=14)
        colours = ramp(values / station["bound"], dark=False, signed=True)
        drawing.strip(left, y + 4, room, 26, colours)
        drawing.words(left + room + 10, y + 17, station["length"])
    return drawing
