"""One query's row, stage after stage."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.attention.steps_cells import names_of, numbers, written
from core.charts.figure import Columns, Figure, rows, slot, structure
from core.charts.theme import ACCENT, axis, signed_scale, token_axis, weight_scale
from core.language import _

#: A stage: its name, its values of shape (n keys,), whether they have a sign.
Stage = tuple[str, np.ndarray, bool]
#: Up to this many keys the cells hold their numbers.
WRITTEN_UP_TO = 14


def stage_strips(
    labels: Sequence[str], positions: Sequence[int], stages: Sequence[Stage], chosen: int
) -> Figure:
    """One query's row, stage after stage, keys from left to right.

    Parameters
    ----------
    labels : one per key shown
    positions : the keys' positions
    stages : -inf has no colour; each is coloured up to its own largest value
    chosen : position of the key to mark
    """
    keys = names_of(labels, positions)
    marked = [position == chosen for position in positions]
    tables = {
        "signed": _cells([s for s in stages if s[2]], keys, marked, finite_only=True),
        "weights": _cells([s for s in stages if not s[2]], keys, marked, finite_only=True),
    }
    with_numbers = len(keys) <= WRITTEN_UP_TO
    if with_numbers:
        tables["all"] = _cells(stages, keys, marked)
    return _strips(with_numbers).fill(
        tables, height=44 * len(stages) + 90, keys=keys, stages=[name for name, *_rest in stages]
    )


def _cells(
    stages: Sequence[Stage], keys: list[str], marked: list[bool], *, finite_only: bool = False
) -> Columns:
    cells = [
        (key, name, value / _largest(values), written(value, signed), mark)
        for name, values, signed in stages
        for key, value, mark in zip(keys, values.tolist(), marked, strict=True)
        if np.isfinite(value) or not finite_only
    ]
    names = ("key", "stage", "share", "text", "chosen")
    return {name: [cell[n] for cell in cells] for n, name in enumerate(names)}


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0


@structure
def _strips(with_numbers: bool) -> alt.LayerChart:
    stages = axis(labelLimit=190, minExtent=92, ticks=False, domain=False)
    places = {
        "x": alt.X(
            "key:N",
            sort=slot("keys"),
            axis=token_axis(labelAngle=-45, labelLimit=120),
            scale=alt.Scale(paddingInner=0.06, paddingOuter=0.02),
        ),
        "y": alt.Y("stage:N", sort=slot("stages"), axis=stages),
    }
    # Numbers stand in the cells: half the ramp keeps them legible on both themes.
    layers = [
        _rects("signed", signed_scale(2.0), places),
        _rects("weights", weight_scale(2.2), places),
    ]
    if with_numbers:
        layers.append(numbers(rows("all"), **places))
    return alt.layer(*layers).resolve_scale(color="independent")


def _rects(name: str, scale: alt.Scale, places: dict) -> alt.Chart:
    return (
        alt.Chart(rows(name))
        .mark_rect(strokeWidth=3)
        .encode(
            color=alt.Color("share:Q", scale=scale, legend=None),
            stroke=alt.condition("datum.chosen", alt.value(ACCENT), alt.value(None)),
            tooltip=[
                alt.Tooltip("key:N", title=_("key")),
                alt.Tooltip("stage:N", title=_("step")),
                alt.Tooltip("text:N", title=_("value")),
            ],
            **places,
        )
    )
