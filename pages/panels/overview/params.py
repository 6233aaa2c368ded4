"""What can be chosen on the overview, each declared once."""

from __future__ import annotations

from core.language import _
from pages.kit.controls import Number

#: The block that is open; -1 where none is.
BLOCK = Number(
    "block", -1, lambda at: at.now.engine.shape.n_layer - 1, step=1, default=-1,
    key="overview_block", title=lambda: _("Block"),
)  # fmt: skip
