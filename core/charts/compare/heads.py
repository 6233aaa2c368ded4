"""Which heads carry the difference of two texts: a cell for each layer and head."""

from __future__ import annotations

import numpy as np

from core.charts.cells import cell_grid, row_title
from core.charts.compare.where import share_text
from core.charts.figure import Figure
from core.language import _


def heads_grid(shares: np.ndarray, chosen: tuple[int, int]) -> Figure:
    """How far the answer moves when one head's output is put in.

    Parameters
    ----------
    shares : shape (n_layer, n_head); nan where nothing was measured yet
    chosen : (layer, head) to mark
    """
    n_layer, n_head = shares.shape
    finite = shares[np.isfinite(shares)]
    return cell_grid(
        [f"L{layer}" for layer in range(n_layer)],
        [f"H{head}" for head in range(n_head)],
        shares,
        [share_text(share) for share in shares.ravel()],
        chosen,
        most=float(finite.max(initial=0.1)),
        names=(row_title(), _("head"), _("moved")),
        format=".1%",
    )
