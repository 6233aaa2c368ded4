"""What the app leaves out while it draws: holding a chart against Vega-Lite's schema."""

from __future__ import annotations

import json
from typing import Any

import altair as alt

from core.charts.figure import Figure


def check_chart(figure: Figure | alt.TopLevelMixin | dict[str, Any]) -> None:
    """The chart is Vega-Lite, and JSON without NaN.

    Raises
    ------
    jsonschema.ValidationError, ValueError
    """
    if isinstance(figure, Figure):
        figure = figure.to_dict()
    if isinstance(figure, dict):
        json.dumps(figure, allow_nan=False)
        figure = alt.Chart.from_dict(figure)
    assert figure.to_dict()["$schema"]
