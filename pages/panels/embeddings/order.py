"""How the model knows the order of words: its positions, and two words that change places."""

from __future__ import annotations

from core.language import _
from pages.kit.current import Current
from pages.kit.panel import Result, panel
from pages.kit.params import Values
from pages.panels.embeddings.order_length import length
from pages.panels.embeddings.order_map import position_map
from pages.panels.embeddings.order_pairs import pairs
from pages.panels.embeddings.order_swap import swap
from pages.panels.embeddings.params import ORDER, SWAP_ONE, SWAP_OTHER


@panel(
    "embeddings/order",
    title=lambda at: _("How does the model know the order of words?"),
    reads=(ORDER, SWAP_ONE, SWAP_OTHER),
    text=lambda at: f"order_{at[ORDER]}",
    depth="deeper",
)
def order(now: Current, at: Values) -> Result:
    ORDER.draw(at, label_visibility="collapsed")
    views = {"pairs": pairs, "map": position_map, "length": length, "swap": swap}
    return views[at[ORDER]](now, at)
