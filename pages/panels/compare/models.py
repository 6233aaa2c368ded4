"""One prompt, two models that are in memory: what each would say, and where they part."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import streamlit as st

from core import cache
from core.charts.compare.surprise import surprise_bars
from core.charts.compare.where import where_grid
from core.charts.layers.lens import row_names
from core.charts.layers.skip import before_after
from core.engine.backend import Backend
from core.language import _
from core.sampling.surprise import score_window
from core.views.effects import Change, change
from core.views.patching import Aligned, Cell, cells_of, patch_shares, places
from core.views.patching_work import work_of
from core.views.trace import Trace
from pages.kit.box import box
from pages.kit.controls import Choice
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import by_models, said
from pages.panels.compare.measured import Grid, measured
from pages.panels.compare.params import MOST_PLACES
from pages.shell.session import source_of

#: Tokens that are drawn, the last ones of the text.
_DRAWN = 24


def _others(at: Values) -> dict[str, str]:
    """Key -> name of the other models in memory."""
    keys = cache.pool().keys()
    return {key: key for key in keys if key != at.now.engine.key} or {"": "–"}


OTHER_MODEL = Choice(
    "other_model", _others, menu=True, key="compare_other_model", late=True,
    title=lambda: _("The other model"),
)  # fmt: skip


@panel(
    "compare/models",
    title=lambda at: _("What would another model say?"),
    reads=(OTHER_MODEL,),
    depth="deeper",
    job="compare_models",
)
def models(now: Current, at: Values) -> Iterator[Shown]:
    OTHER_MODEL.draw(at)
    other = next((one for one in cache.pool().engines() if one.key == at[OTHER_MODEL]), None)
    if other is None:
        st.info(by_models.alone(cache.settings().max_models))
    elif other.shape.n_vocab != now.engine.shape.n_vocab:
        st.info(by_models.other_tokens(now, other))
    else:
        ids = now.ids[: other.shape.n_ctx]
        here, there = now.engine.trace(ids), other.trace(ids)
        yield _words(now, other, here, there)
        if len(here.token_ids) > 1:
            yield _surprise(now, other, here.token_ids)
        yield from _grid(now, other, here, there)


def _sources(other: Backend) -> str:
    """Where a Python box finds the other model."""
    return source_of(other, local=cache.settings().allow_other_models)[0]


def _words(now: Current, other: Backend, here: Trace, there: Trace) -> Shown:
    found: Change = change(here.logits, there.logits)
    names = [now.label(i) for i in found.token_ids]
    return Shown(
        chart(
            before_after(names, found.before, found.after, (now.engine.key, other.key)),
            key="chart_compare_models",
            alt=_("Probabilities of the next words by both models."),
        ),
        by_models.words(now, other, found),
        numbers("compare-models", partial(said.rows, found, now.label)),
        box(
            now, "compare/models", "compare-models", shown=[found.before, found.after],
            other=_sources(other), token_ids=here.token_ids, tokens=found.token_ids,
        ),
    )  # fmt: skip


def _surprise(now: Current, other: Backend, ids: tuple[int, ...]) -> Shown:
    """Which of the text's tokens the one expects and the other does not, the last ones drawn."""
    here, there = (one.view(score_window, ids).surprisal for one in (now.engine, other))
    shown = slice(-_DRAWN, None)
    names = [now.label(i) for i in ids[1:]]
    return Shown(
        chart(
            surprise_bars(
                names[shown], there[shown], here[shown], (now.engine.key, other.key)
            ),
            key="chart_compare_models_surprise",
            alt=_("Surprise of each token in bits, for both models."),
        ),
        by_models.surprise(now, other, names, here, there),
        numbers("compare-models-surprise", partial(by_models.bits_rows, names, here, there)),
        box(
            now, "compare/models_surprise", "compare-models-surprise",
            shown=[here.tolist(), there.tolist()], other=_sources(other), token_ids=ids,
        ),
    )  # fmt: skip


def _grid(now: Current, other: Backend, here: Trace, there: Trace) -> Iterator[Shown]:
    """The other model's vectors put into this one, if they fit."""
    shape = now.engine.shape
    if (shape.n_layer, shape.n_embd) != (other.shape.n_layer, other.shape.n_embd):
        st.info(by_models.no_fit(shape, other))
        return
    ids = here.token_ids
    every = Aligned(0, 0, tuple((i, i) for i in range(len(ids))))
    pairs = places(every, MOST_PLACES)

    def measure(cells: tuple[Cell, ...]) -> np.ndarray:
        return now.engine.view(patch_shares, there, here, cells, "resid")

    def work(cell: Cell) -> float:
        return work_of(cell[0], len(ids) - cell[1], shape)

    cells = cells_of(shape.n_layer + 1, pairs)
    key = (now.engine.key, other.key, ids)
    grid = Grid("compare_models", key, cells, shape, work, measure)
    found = measured(grid, _("Measure all places"))
    if found is not None:
        yield _cells(now, other, ids, [b for b, _a in pairs], found.reshape(-1, len(pairs)))


def _cells(
    now: Current, other: Backend, ids: tuple[int, ...], at: list[int], shares: np.ndarray
) -> Shown:
    rows = row_names(now.engine.shape.n_layer)
    tokens = [f"{i} {now.label(ids[i])}" for i in at]
    done = bool(np.isfinite(shares).all())
    return Shown(
        chart(
            where_grid(rows, tokens, shares, (-1, -1)),
            key="chart_compare_models_where",
            alt=_("How far the answer moves to the other model's, for each layer and token."),
        ),
        by_models.where(rows, shares) if done else _("Measuring …"),
        numbers("compare-models-where", partial(by_models.rows, rows, at, shares)),
        box(
            now, "compare/models_where", "compare-models-where", shown=shares, tolerance=2e-3,
            other=_sources(other), ids=ids, places=at,
        ) if done else None,
    )  # fmt: skip
