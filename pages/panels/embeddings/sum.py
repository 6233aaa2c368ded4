"""What enters the first layer: a token's row, its position's row and their sum, as strips."""

from __future__ import annotations

from functools import partial

from core.charts.ticks import ticks
from core.language import _
from core.numbers import count
from core.views.input_sum import InputSum, input_sum, window
from pages.components.matrix_view import Matrix, matrix_view
from pages.components.shared.pick import picked
from pages.kit import words as nouns
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.figure import below, code
from pages.kit.panel import Shown, draw_row, panel
from pages.kit.params import Values
from pages.panels.embeddings import words
from pages.panels.embeddings.params import DIM

#: Tokens whose strips are drawn together.
ROWS = 6


@panel(
    "embeddings/sum",
    title=lambda at: _("What enters the first layer?"),
    reads=(TOKEN, DIM),
    depth="deeper",
)
def sum_(now: Current, at: Values) -> Shown:
    position, dim = at[TOKEN], at[DIM]
    draw_row(at, DIM)
    places = window(len(now.tokens), position, ROWS)
    found = now.engine.view(input_sum, now.ids[places.start : places.stop], places.start)
    row = places.index(position)
    strips = _strips(now, found, places, (row, dim))
    draw = partial(matrix_view, strips, key="view_sum", on_pick=partial(_choose, places))
    shown = {"wte": found.wte[row], "wpe": found.wpe[row], "sum": found.total[row]}
    return Shown(
        below(draw, code(words.addition(found, row, now.ids[position], position, dim))),
        words.sum_lengths(found, row, places, len(now.tokens)),
        recipe=box(
            now, "embeddings/sum", "embeddings-sum", shown=shown, position=position, dim=dim
        ),
    )


def _choose(places: range) -> None:
    """The cell that was clicked: its row is a token, its column a dimension."""
    cell = picked("view_sum", 2)
    if cell and 0 <= cell[0] < len(places):
        TOKEN.set(places[cell[0]])
        DIM.set(cell[1])


def _strips(now: Current, found: InputSum, places: range, chosen: tuple[int, int]) -> Matrix:
    n_embd = now.engine.shape.n_embd
    return Matrix(
        blocks=[found.wte, found.wpe, found.total],
        titles=[
            _("wte: what the token is"),
            _("+ wpe: where it stands"),
            _("= the vector that enters layer 0"),
        ],
        say=_("{row}, dimension {col}: {v0} {v1} = {v2}"),
        axis=_("dimension"),
        alt=_("Strips of {n} numbers for {rows}: token, position and sum.").format(
            n=count(n_embd), rows=nouns.tokens(len(places))
        ),
        bound=found.largest,
        rows=[f"{i} {now.labels[i]}" for i in places],
        ticks=ticks(n_embd),
        chosen=chosen,
        hint=_("Point at a cell to read it; click to choose it."),
    )
