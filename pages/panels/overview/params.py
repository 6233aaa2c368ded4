"""What can be chosen on the overview, each declared once."""

from __future__ import annotations

from core.language import _
from pages.kit.controls import Number, Position

#: The token that is followed through the machine.
TOKEN = Position("token", key="overview_token", title=lambda: _("Token"))
#: The block that is open; -1 where none is.
BLOCK = Number(
    "block", -1, lambda at: at.now.engine.shape.n_layer - 1, step=1, default=-1,
    key="overview_block", title=lambda: _("Block"),
)  # fmt: skip
