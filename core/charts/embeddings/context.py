"""What happens to a vector from the input to the last layer, as lines."""

from __future__ import annotations

from collections.abc import Mapping

import altair as alt
import numpy as np

from core.charts.figure import Figure, in_lines, rows, slot, structure
from core.charts.theme import BLUE, ORANGE, axis, legend
from core.language import _

#: Letters of a title that stands beside so low a figure, in one line.
_BESIDE = 30


def stages(n_layer: int) -> list[str]:
    """The places where the residual stream is looked at: before layer 0, then after each layer."""
    return [_("input"), *(f"L{layer}" for layer in range(n_layer))]


def by_stage(values: np.ndarray, title: str, *, share: bool = False) -> Figure:
    """One number for each stage of the residual stream, as a line; see `lines_by_stage`."""
    return lines_by_stage({title: values}, title, share=share)


def lines_by_stage(lines: Mapping[str, np.ndarray], title: str, *, share: bool = False) -> Figure:
    """Several numbers for each stage of the residual stream.

    Parameters
    ----------
    lines : name -> shape (n_layer + 1,); values that are not numbers are left out
    title : of the value axis
    share : whether the axis runs to 1, as cosines do
    """
    values = np.concatenate(list(lines.values()))
    order = stages(len(values) // len(lines) - 1)
    columns = {
        "stage": order * len(lines),
        "value": values,
        "line": np.repeat(list(lines), len(order)),
    }
    low = min(0.0, np.nanmin(values))
    high = max(1.0 if share else 0.0, np.nanmax(values))
    return _lines(title, tuple(lines), share).fill(
        {"rows": columns}, order=order, domain=[float(low), float(high * (1.0 if share else 1.05))]
    )


@structure
def _lines(title: str, names: tuple[str, ...], share: bool) -> alt.LayerChart:
    several = len(names) > 1
    beside = axis(in_lines(title, _BESIDE))
    y = alt.Y("value:Q", scale=alt.Scale(domain=slot("domain"), nice=not share), axis=beside)
    line = (
        alt.Chart(rows())
        .mark_line(point={"size": 70, "filled": True}, strokeWidth=2.5)
        .encode(
            x=alt.X("stage:O", sort=slot("order"), axis=axis(_("after layer"), labelAngle=0)),
            y=y,
            color=_colours(names) if several else alt.value(BLUE),
            tooltip=[
                alt.Tooltip("stage:O", title=_("stage")),
                alt.Tooltip("line:N", title=_("what")),
                alt.Tooltip("value:Q", title=_("value"), format=".4f"),
            ],
        )
    )
    # One layer further in: Streamlit would give a legend without a title an empty line at the top.
    return alt.layer(line).properties(height=380 if several else 280)


def _colours(names: tuple[str, ...]) -> alt.Color:
    return alt.Color(
        "line:N",
        sort=names,
        scale=alt.Scale(domain=names, range=[BLUE, ORANGE]),
        legend=legend(None, orient="top", labelLimit=420, columns=1),
    )
