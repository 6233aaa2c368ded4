"""Two words of the prompt change places."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import streamlit as st

from core.charts.embeddings.context import stages
from core.charts.ticks import ticks
from core.language import _
from core.views.swap import change_between, exchanged, swap_report
from pages.components.matrix_view import Matrix, matrix_view
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.panel import Shown, draw_row
from pages.kit.params import Values
from pages.panels.embeddings import words
from pages.panels.embeddings.params import SWAP_ONE, SWAP_OTHER, words_in


def swap(now: Current, at: Values) -> Iterator[Shown]:
    places = words_in(now)
    if len(places) < 2:
        st.info(_("This prompt has only one word: there is nothing to exchange."))
        return
    draw_row(at, SWAP_ONE, SWAP_OTHER)
    if at[SWAP_ONE] == at[SWAP_OTHER]:
        st.info(_("Choose two different words."))
        return
    one, other = places[int(at[SWAP_ONE])], places[int(at[SWAP_OTHER])]
    swapped = exchanged(now.ids, one, other)
    found = now.engine.view(change_between, now.trace(), now.engine.trace(swapped))
    report = swap_report(found, one, other)
    yield Shown(
        partial(matrix_view, _matrix(now, found, report.swapped), key="view_swap"),
        words.swap(report),
        recipe=box(
            now, "embeddings/order_swap", "embeddings-swap", shown=found,
            token_ids=now.ids, swapped=swapped,
        ),
    )  # fmt: skip


def _matrix(now: Current, found: np.ndarray, swapped: tuple[int, ...]) -> Matrix:
    return Matrix(
        blocks=[found],
        say=_("{row}, {col}: moved by {p0} of its length"),
        axis=_("token of the prompt (before the exchange)"),
        alt=_("How far each token's vector moves at each layer."),
        bound=float(found.max()),
        signed=False,
        rows=stages(now.engine.shape.n_layer),
        columns=[f"{n} {text}" for n, text in enumerate(now.labels)],
        ticks=ticks(len(now.tokens)),
        marked=swapped,
        hint=_("Point at a cell to read how far that vector moved."),
        row_height=26,
    )
