"""What is said of an open block."""

from __future__ import annotations

from core.language import _
from core.numbers import count, short
from core.views.block import BlockSteps
from core.views.vectors import lengths


def inside(found: BlockSteps) -> list[str]:
    """What a block does to the length of one vector."""
    sizes = {name: float(lengths(vector)) for name, vector in found.stations.items()}
    text = _(
        "The vector enters with length {before}. Attention adds a vector of length {attn}, the MLP"
        " one of {mlp}; it leaves with {after}. {n} of {all} neurons fire."
    )
    line = text.format(
        before=short(sizes["resid_pre"]),
        attn=short(sizes["attn"]),
        mlp=short(sizes["mlp"]),
        after=short(sizes["resid_post"]),
        n=count(int((found.active > 0).sum())),
        all=count(len(found.active)),
    )
    return [line]
