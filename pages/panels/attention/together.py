"""All layers together, as one matrix."""

from __future__ import annotations

from functools import partial

from core.language import _
from core.views.evidence import heaviest
from core.views.rollout import all_layers
from pages.components.pattern_view import pattern_view
from pages.components.shared.pick import picked
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import below, markdown
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.attention import words
from pages.panels.attention.params import QUERY, WHICH

VIEW = "together"


@panel(
    "attention/together",
    title=lambda at: _("Where do all layers look together?"),
    reads=(WHICH, QUERY),
    controls=(WHICH,),
    depth="deeper",
)
def together(now: Current, at: Values) -> Shown:
    which, query = at[WHICH], at[QUERY]
    matrix = getattr(now.engine.view(all_layers, now.trace()), which)
    said = words.together(query, matrix)
    view = partial(
        pattern_view,
        matrix,
        now.labels,
        key=VIEW,
        chosen=(query, heaviest(matrix[query], 3)[0][0]),
        stamp=str(hash(now.ids)),
        alt=said,
        on_pick=_pick,
        sums=which != "largest",
    )
    return Shown(
        below(markdown(prose("attention", which)), view),
        said,
        recipe=box(now, "attention/together", "attention-all-layers", shown=matrix, which=which),
    )


def _pick() -> None:
    """A click in the matrix."""
    cell = picked(VIEW, 2)
    if cell:
        QUERY.set(cell[0])
