"""Charts written out as Vega-Lite, for figures that every click draws anew.

Altair takes 20 to 50 ms to put together and check what these say in less than
one. What it would check, the tests check: each figure against Vega-Lite's schema.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Literal

import altair as alt
import numpy as np

from core.charts.theme import FONT_SIZE, MONOSPACE, signed_domain, weight_domain

Spec = dict[str, Any]


def axis(title: str | None = None, **options: Any) -> Spec:
    """An axis that can be read from the last row."""
    sizes = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "labelLimit": 200}
    # Streamlit's theme pushes the first and the last label inwards, off the values they name.
    # Where numbers leave out those without room, they leave some between them too.
    return {"title": title, **sizes, "labelFlush": False, "labelSeparation": 6, **options}


def token_axis(title: str | None = None, **options: Any) -> Spec:
    """An axis whose labels are tokens: monospaced, none left out."""
    return axis(title, labelFont=MONOSPACE, labelOverlap=False, **options)


def legend(title: str | None = None, **options: Any) -> Spec:
    """A legend that can be read from the last row."""
    sizes = {"labelFontSize": FONT_SIZE, "titleFontSize": FONT_SIZE, "titleLimit": 260}
    return {"title": title, **sizes, **options}


def weight_scale(largest: float = 1.0) -> Spec:
    """Weights and probabilities: the sequential ramp, starting at zero."""
    return {"domain": weight_domain(largest), "clamp": True}


def signed_scale(largest: float) -> Spec:
    """Signed values: the diverging ramp, zero in the middle."""
    # Vega's own way from blue to orange, by hue, leads through green or through purple.
    return {"domain": signed_domain(largest), "domainMid": 0, "clamp": True, "interpolate": "rgb"}


def field(
    name: str, kind: Literal["quantitative", "nominal", "ordinal"] = "nominal", **options: Any
) -> Spec:
    """A column of the data, for one channel of a mark."""
    return {"field": name, "type": kind, **options}


def rows(**columns: Sequence | np.ndarray) -> list[Spec]:
    """Columns of one length as rows; what is not a finite number becomes null."""
    plain = [c.tolist() if isinstance(c, np.ndarray) else list(c) for c in columns.values()]
    return [
        {
            name: None if isinstance(v, float) and not math.isfinite(v) else v
            for name, v in zip(columns, row, strict=True)
        }
        for row in zip(*plain, strict=True)
    ]


def mark(kind: str | Spec, data: list[Spec] | None = None, **encoding: Any) -> Spec:
    """Marks of one kind; without data they draw what the figure they are in has."""
    found: Spec = {} if data is None else {"data": {"values": data}}
    return {**found, "mark": kind, "encoding": encoding}


def figure(
    *layers: Spec, height: float, data: list[Spec] | None = None, independent: bool = False
) -> Spec:
    """Layers on one pair of axes.

    Parameters
    ----------
    data : shared by the layers that have none of their own
    independent : whether each layer has a colour scale of its own
    """
    inner: Spec = {"layer": list(layers)}
    if independent:
        inner["resolve"] = {"scale": {"color": "independent"}}
    if data is not None:
        # One layer further in: Streamlit would take data at the top for a table of its own.
        inner = {"layer": [{"data": {"values": data}, **inner}]}
    return {"$schema": alt.SCHEMA_URL, **inner, "height": height}
