"""A grid that is measured cell by cell: a short one at once, a long one when it is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import streamlit as st

from core.language import _, ngettext
from core.model.shape import Shape
from core.numbers import count
from core.views.patching_work import is_long, piece_of, pieces_of, seconds
from pages.kit import jobs


@dataclass(frozen=True, eq=False)
class Grid:
    """A grid to measure.

    Attributes
    ----------
    name : of the work, in the session
    key : all that it depends on
    cells : in the order in which they are measured
    shape : of the model
    work : operations that a cell costs
    measure : of some cells, a number each
    """

    name: str
    key: tuple
    cells: Sequence[Any]
    shape: Shape
    work: Callable[[Any], float]
    measure: Callable[[tuple], np.ndarray]


def measured(grid: Grid, title: str, *, scope: str = "") -> np.ndarray | None:
    """A number for each cell as far as it is known, else nan; None before a long grid is asked for.

    Parameters
    ----------
    title : of the button that starts a long one
    scope : what is said before, beside what it costs
    """
    if not is_long(grid.cells, grid.work):
        return at_once(grid)
    jobs.start_and_stop(grid.name, title, _begin, grid)
    kept = jobs.kept(grid.name)
    if kept is None or kept["key"] != grid.key:
        st.caption(f"{scope} {_cost(grid)}".strip())
        return None
    parts: tuple[np.ndarray, ...] = kept["job"].watch()
    if jobs.failed(kept["job"]):
        return None
    if not kept["job"].done:
        share = sum(map(len, parts)) / len(grid.cells)
        st.progress(share, text=_("Putting in one vector after another"))
    return _together(parts, len(grid.cells)) if parts else None


def at_once(grid: Grid) -> np.ndarray:
    """All numbers of a short grid."""
    return _together(list(_work(grid)), len(grid.cells))


def _begin(grid: Grid) -> None:
    jobs.start(grid.name, partial(_work, grid), key=grid.key)


def _work(grid: Grid) -> Iterator[np.ndarray]:
    """Piece by piece, each a request of its own, so that others come in between."""
    for piece in pieces_of(grid.cells, grid.work, piece_of(grid.shape)):
        yield grid.measure(piece)


def _together(parts: Sequence[np.ndarray], n_cells: int) -> np.ndarray:
    whole = np.full(n_cells, np.nan, dtype=np.float32)
    if parts:
        found = np.concatenate(parts)
        whole[: len(found)] = found
    return whole


def _cost(grid: Grid) -> str:
    n = max(1, round(seconds(grid.cells, grid.work)))
    return ngettext(
        "It takes about {n} second on two processor cores, and can be stopped.",
        "It takes about {n} seconds on two processor cores, and can be stopped.",
        n,
    ).format(n=count(n))
