"""How far two texts lie apart under the logit lens: a cell for each layer and token."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from core.charts.cells import cell_grid, row_title
from core.charts.figure import Figure
from core.language import _
from core.numbers import decimal


def lens_apart_grid(
    layers: Sequence[str], tokens: Sequence[str], bits: np.ndarray, chosen: int
) -> Figure:
    """How far the two answers of each layer lie apart.

    Parameters
    ----------
    layers, tokens : names of the rows and of the columns
    bits : shape (len(layers), len(tokens))
    chosen : column whose last row is marked
    """
    return cell_grid(
        layers,
        tokens,
        bits,
        [decimal(float(x), 1) for x in bits.ravel()],
        (len(layers) - 1, chosen),
        # The embeddings of two words lie so far apart that nothing else would have a colour.
        most=float(bits[1:].max(initial=0.0)),
        names=(row_title(), _("token"), _("bits")),
        format=".2f",
    )
