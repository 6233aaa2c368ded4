"""Which tokens are alike: the nearest ones, and calculating with words."""

from __future__ import annotations

from collections.abc import Iterable

from core.language import _
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.embeddings.alike_analogy import analogy
from pages.panels.embeddings.alike_nearest import nearest
from pages.panels.embeddings.params import ALIKE, BY, VARIANTS, WORD, A, B, C


@panel(
    "embeddings/alike",
    title=lambda at: _("Which tokens are alike?"),
    reads=(TOKEN, ALIKE, WORD, BY, VARIANTS, A, B, C),
    text=lambda at: f"alike_{at[ALIKE]}",
)
def alike(now: Current, at: Values) -> Iterable[Shown]:
    ALIKE.draw(at, label_visibility="collapsed")
    return analogy(now, at) if at[ALIKE] == "analogy" else nearest(now, at)
