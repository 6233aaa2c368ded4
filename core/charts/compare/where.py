"""Where the difference of two texts sits: a cell for each layer and token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts.cells import cell_grid, row_title
from core.charts.figure import Figure
from core.language import _
from core.numbers import percent


def where_grid(
    layers: Sequence[str], tokens: Sequence[str], shares: np.ndarray, chosen: tuple[int, int]
) -> Figure:
    """How far the answer moves when one vector is put in, for each place.

    Parameters
    ----------
    layers : names of the rows
    tokens : names of the columns
    shares : shape (len(layers), len(tokens)); 0 is the old answer, 1 the other text's; nan where
        nothing was measured yet
    chosen : row and column to mark
    """
    names = (row_title(), _("token"), _("moved"))
    texts = [share_text(share) for share in shares.ravel()]
    return cell_grid(layers, tokens, shares, texts, chosen, most=1, names=names, format=".1%")


def share_text(share: float) -> str:
    """A share as the cells have it: whole per cent; nothing where it is not known."""
    return percent(round(float(share), 2), 0) if np.isfinite(share) else ""
