"""The heads of the model in the order of how otherwise they look in both prompts."""

from __future__ import annotations

import numpy as np

from core.engine.backend import Backend
from core.language import _
from core.numbers import percent
from core.views.patching import aligned
from core.views.patching_heads import Head, head_shares
from core.views.patching_work import LONG, is_long, work_of
from core.views.patterns_apart import heads_apart
from core.views.trace import Trace
from pages.kit import possible
from pages.kit.controls import Choice
from pages.kit.params import Values
from pages.kit.possible import Possible
from pages.panels.compare.measured import Grid, at_once
from pages.panels.compare.params import OTHER, columns, ids_of


def apart(at: Values) -> np.ndarray | None:
    """How otherwise each head looks; shape (n_layer, n_head).

    None where nothing can be compared, or where it would take longer than a grid by itself.
    """
    engine, ids, queries = at.now.engine, ids_of(at, OTHER), columns(at)
    shape = engine.shape
    # Queries, keys and values of a text are a quarter of what its blocks cost.
    work = shape.n_layer * work_of(shape.n_layer - 1, len(at.now.ids) + len(ids), shape) / 4
    if not queries or ids == at.now.ids or work > LONG:
        return None
    a, b = engine.trace(at.now.ids), engine.trace(ids)
    found = aligned(a.token_ids, b.token_ids)
    asked = [(a, b, layer, found, queries) for layer in range(shape.n_layer)]
    return np.stack(engine.views(heads_apart, asked))


def head_name(layer: int, head: int) -> str:
    return f"L{layer}.H{head}"


def _ranked(at: Values) -> dict[str, str]:
    """Name -> label: those that differ most come first."""
    found = apart(at)
    if found is None:
        return {name: name for name in _names(at)}
    order = np.argsort(-found, axis=None, kind="stable")
    cells = [tuple(map(int, np.unravel_index(i, found.shape))) for i in order]
    return {
        head_name(*cell): f"{head_name(*cell)} · {percent(float(found[cell]), 0)}" for cell in cells
    }


def _names(at: Values) -> list[str]:
    shape = at.now.engine.shape
    return [head_name(i, j) for i in range(shape.n_layer) for j in range(shape.n_head)]


def head_grid(engine: Backend, a: Trace, b: Trace) -> Grid:
    """All heads, each taken from A alone."""
    found, shape = aligned(a.token_ids, b.token_ids), engine.shape

    def measure(some: tuple[Head, ...]) -> np.ndarray:
        return engine.view(head_shares, a, b, found, some)

    def work(head: Head) -> float:
        return work_of(head[0], b.n_ctx - found.start, shape)

    heads = [(layer, head) for layer in range(shape.n_layer) for head in range(shape.n_head)]
    key = (engine.key, a.token_ids, b.token_ids)
    return Grid("compare_heads", key, heads, engine.shape, work, measure)


def _strongest(at: Values) -> str:
    """The head that carries most, where that is measured by itself."""
    engine, ids = at.now.engine, ids_of(at, OTHER)
    if ids and ids != at.now.ids:
        grid = head_grid(engine, engine.trace(at.now.ids), engine.trace(ids))
        if not is_long(grid.cells, grid.work):
            return head_name(*grid.cells[int(np.nanargmax(at_once(grid)))])
    return next(iter(_ranked(at)))


class _Look(Choice):
    """Any head; the menu has those first that look most otherwise."""

    def possible(self, at: Values) -> Possible:
        return possible.among(_names(at))


def _texts(at: Values) -> tuple[str, ...]:
    return at.now.text, at[OTHER], at.now.engine.key


#: The head whose output is put in.
HEAD = Choice(
    "head", lambda at: {name: name for name in _names(at)}, menu=True, scope=_texts,
    key="compare_head", default=_strongest, title=lambda: _("Head"),
)  # fmt: skip
#: The head whose pattern is shown.
LOOK = _Look(
    "look", _ranked, menu=True, scope=_texts, key="compare_look",
    title=lambda: _("Head, those that look most otherwise first"),
)  # fmt: skip


def chosen(at: Values, param: Choice) -> tuple[int, int]:
    """Layer and number of a chosen head."""
    layer, head = at[param].removeprefix("L").split(".H")
    return int(layer), int(head)
