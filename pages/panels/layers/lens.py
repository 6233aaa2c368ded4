"""When the answer appears: every layer read as if it were the last."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.layers.lens import Watch, lens_cells, lens_picture
from core.language import _
from core.views.logit_lens import LogitLens, lens_rows
from core.views.watch import n_pieces
from pages.components.lens_grid import lens_grid
from pages.kit.box import box
from pages.kit.chosen import TOKEN
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.layers import asked, words
from pages.panels.layers.controls import WINDOW
from pages.panels.layers.params import PIECE, SHADE, START, WATCH


@panel(
    "layers/lens",
    title=lambda at: _("When does the answer appear?"),
    reads=(TOKEN, PIECE, START),
    controls=(WATCH, SHADE),
)
def lens(now: Current, at: Values) -> Shown:
    _say_if_alone(now)
    _choose_piece(now, at)
    START.draw(at)
    start, watched = at[START], at[PIECE]
    got = now.engine.logit_lens(
        now.trace(), start, min(len(now.tokens), start + WINDOW), asked.TOP, (watched,)
    )
    watch = _watch(now, got) if at[SHADE] == "rank" else None
    cells = _cells(now, got, at[TOKEN], watch)
    rows = partial(lens_rows, got, now.tokens, now.label)
    picture = partial(lens_picture, cells, words.window(got, watch.name if watch else None))
    return Shown(
        partial(_grid, now, cells),
        words.lens(now, asked.read_at(now, at[TOKEN]), watched, got),
        numbers("lens", rows, picture),
        box(
            now, "layers/lens", "layers-lens",
            shown=got.top_probs if watch is None else got.watched_ranks[..., 0],
            start=got.start, stop=got.stop, top=asked.TOP,
            watched=None if watch is None else watched,
        ),
    )  # fmt: skip


def _grid(now: Current, cells: dict) -> None:
    lens_grid(cells, len(now.tokens), key="grid_lens", on_pick=TOKEN.set, on_move=START.set)


def _say_if_alone(now: Current) -> None:
    if len(now.tokens) == 1:
        st.info(
            _(
                "This text is a single token: the grid has one column, and attention can look only"
                " at the token itself. Type a longer text to see tokens work together."
            )
        )


def _choose_piece(now: Current, at: Values) -> None:
    """Which token is watched, where a word is several or can be read in two ways."""
    found = asked.pieces(now, at[WATCH])
    if len(found) < 2:
        return
    left, right = st.columns([2, 4], vertical_alignment="center")
    with left:
        PIECE.draw(at)
    right.caption(words.pieces(n_pieces(found, at[WATCH])))


def _watch(now: Current, got: LogitLens) -> Watch:
    name, n_vocab = now.label(got.watched[0]), now.engine.shape.n_vocab
    return Watch(name, got.watched_probs[..., 0], got.watched_ranks[..., 0], n_vocab)


def _cells(now: Current, got: LogitLens, chosen: int, watch: Watch | None) -> dict:
    names = [[[now.label(i) for i in cell] for cell in row] for row in got.top_ids.tolist()]
    return lens_cells(
        got.start,
        now.labels[got.start : got.stop],
        names,
        got.top_probs,
        got.entropy,
        got.settled,
        chosen,
        watch,
    )
