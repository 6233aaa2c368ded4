"""Which head looks where: all heads of all layers as small pictures."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.attention.head_cells import shades
from core.language import _
from core.views.thumbnails import THUMBNAIL, pictures
from pages.components.head_grid import head_grid
from pages.components.shared.pick import picked
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.attention import words
from pages.panels.attention.looks import looks_of
from pages.panels.attention.params import FOLD, HEAD, KIND, LAYER, SORT

GRID = "head_grid"
SORTED_AT_MOST = 60


@panel(
    "attention/grid",
    title=lambda at: _("Which head looks where?"),
    reads=(LAYER, HEAD, KIND, FOLD, SORT),
)
def grid(now: Current, at: Values) -> Shown:
    _controls(now, at)
    looks, kind = looks_of(now), at[KIND]
    scores = looks.here.scores[kind]
    titles = words.kind_titles()
    ranking = looks.here.ranking(kind)[:SORTED_AT_MOST] if at[SORT] else None
    return Shown(
        partial(
            head_grid,
            shades(pictures(looks.summaries, at[FOLD])),
            [titles[name] for name in looks.here.labels.ravel()],
            key=GRID,
            chosen=(at[LAYER], at[HEAD]),
            scores=scores,
            order=ranking,
            on_pick=_pick,
        ),
        words.grid(looks.here, kind, SORTED_AT_MOST if at[SORT] else None),
        recipe=box(now, "attention/grid", "attention-all-heads", shown=scores, kind=kind),
    )


def _controls(now: Current, at: Values) -> None:
    folds = len(now.tokens) > THUMBNAIL
    widths = [3, 4, 2] if folds else [5, 4]
    left, *middle, right = st.columns(widths, vertical_alignment="bottom")
    with left:
        KIND.draw(at)
    for column in middle:
        with column:
            FOLD.draw(at)
    with right:
        SORT.draw(at)


def _pick() -> None:
    """A click in the grid."""
    place = picked(GRID, 2)
    if place:
        LAYER.set(place[0])
        HEAD.set(place[1])
