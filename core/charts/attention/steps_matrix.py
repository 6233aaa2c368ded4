"""A small matrix of queries and keys with its numbers."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import numpy as np

from core.charts.attention.steps_cells import names_of, numbers, written
from core.charts.figure import Columns, Figure, rows, slot, structure
from core.charts.theme import (
    signed_domain,
    signed_scale,
    token_axis,
    weight_domain,
    weight_scale,
)
from core.language import _


def token_matrix(
    matrix: np.ndarray, labels: Sequence[str], positions: Sequence[int], *, signed: bool
) -> Figure:
    """A small matrix of queries (down) and keys (across) with its numbers.

    Parameters
    ----------
    matrix : shape (n, n); -inf stands for masked and has no colour
    labels, positions : of the n tokens
    signed : blue to orange around zero, else weights in [0, 1]
    """
    names = names_of(labels, positions)
    finite = np.isfinite(matrix)
    largest = float(np.abs(matrix[finite]).max(initial=0.0)) or 1.0
    # Numbers stand in the cells: half the ramp keeps them legible on both themes.
    domain = signed_domain(2.0 * largest) if signed else weight_domain(2.2)
    everywhere = np.ones_like(finite)
    tables = {
        "cells": _cells(matrix, names, finite, signed),
        "numbers": _cells(matrix, names, everywhere, signed),
    }
    return _matrix(signed).fill(tables, height=34 * len(names) + 80, names=names, domain=domain)


def _cells(matrix: np.ndarray, names: list[str], which: np.ndarray, signed: bool) -> Columns:
    queries, keys = np.nonzero(which)
    values = matrix[which]
    return {
        "query": [names[i] for i in queries],
        "key": [names[i] for i in keys],
        "value": np.where(np.isfinite(values), values, np.nan),
        "text": [written(value, signed) for value in values.tolist()],
    }


@structure
def _matrix(signed: bool) -> alt.LayerChart:
    scale = (signed_scale if signed else weight_scale)(slot("domain"))
    encoding = {
        "x": alt.X("key:N", sort=slot("names"), axis=token_axis(labelAngle=-45, labelLimit=90)),
        "y": alt.Y("query:N", sort=slot("names"), axis=token_axis(labelLimit=110)),
        "tooltip": [
            alt.Tooltip("query:N", title=_("query")),
            alt.Tooltip("key:N", title=_("key")),
            alt.Tooltip("text:N", title=_("value")),
        ],
    }
    colour = alt.Color("value:Q", scale=scale, legend=None)
    cells = alt.Chart(rows("cells")).mark_rect().encode(color=colour, **encoding)
    return alt.layer(cells, numbers(rows("numbers"), **encoding))
