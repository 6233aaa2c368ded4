"""Where does one head look: its pattern, up to 1,024 tokens."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import numpy as np
import streamlit as st

from core.charts.attention.head_picture import PatternPicture
from core.charts.attention.head_tables import csv_table, npz_file
from core.language import _
from core.views.head_steps import head_rows
from core.views.sink import SINK_FROM, Sink, sink, without_first
from pages.components.pattern_view import pattern_view
from pages.components.shared.pick import picked
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import Files
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.attention import head_words, words
from pages.panels.attention.looks import looks_of
from pages.panels.attention.params import HEAD, HIDE_FIRST, KEY, LAYER, QUERY, attention_of

VIEW = "pattern"
#: A look from this share on is the head's answer.
STRONG = 0.5


@panel(
    "attention/head",
    title=lambda at: _("Where does head {head} of layer {layer} look?").format(
        layer=at[LAYER], head=at[HEAD]
    ),
    reads=(LAYER, HEAD, QUERY, KEY, HIDE_FIRST),
)
def head(now: Current, at: Values) -> Iterator[Shown]:
    _controls(now, at)
    shown = _weights(at)
    row = words.row(at[QUERY], shown)
    yield Shown(
        partial(
            pattern_view,
            shown,
            now.labels,
            key=VIEW,
            chosen=(at[QUERY], at[KEY]),
            stamp=str(hash(now.ids)),
            alt=row,
            on_pick=_pick,
        ),
        _("Head {head} of layer {layer} (L{layer}.H{head}), named “{name}”. {words}").format(
            layer=at[LAYER], head=at[HEAD], name=_name(now, at), words=row + _copied(now, at)
        ),
    )
    yield from _sink(now, at)
    yield Shown(files=_files(now, at, shown), recipe=_box(now, at, shown))


def _weights(at: Values) -> np.ndarray:
    """The head's pattern, without the first token if that is to be hidden, and then said so."""
    weights = attention_of(at).weights(at[HEAD])
    if not at[HIDE_FIRST]:
        return weights
    st.markdown(":orange-badge[" + _("Altered: first token hidden, its weight shared out") + "]")
    return without_first(weights)


def _controls(now: Current, at: Values) -> None:
    columns = st.columns([1, 1, 2], vertical_alignment="bottom")
    for column, param in zip(columns, (LAYER, HEAD), strict=False):
        with column:
            param.draw(at)
    with columns[2]:
        HIDE_FIRST.draw(at, disabled=len(now.tokens) < 2)


def _name(now: Current, at: Values) -> str:
    return words.kind_titles()[looks_of(now).here.labels[at[LAYER], at[HEAD]]]


def _copied(now: Current, at: Values) -> str:
    query, key = at[QUERY], at[KEY]
    strong = attention_of(at).weights(at[HEAD])[query, key] >= STRONG
    if key == 0 or key == query or not strong or now.next_id(query) != now.ids[key]:
        return ""
    return " " + head_words.copied(query, key, now.labels[key])


def _pick() -> None:
    """A click in the pattern."""
    cell = picked(VIEW, 2)
    if cell:
        QUERY.set(cell[0])
        KEY.set(cell[1])


def _sink(now: Current, at: Values) -> Iterator[Shown]:
    """What it means that a head rests on the first token, if it does."""
    rows = now.engine.view(head_rows, at[LAYER], at[HEAD])
    found = sink(attention_of(at), rows, at[HEAD])
    if found is None or found.weight < SINK_FROM:
        return
    with st.container(border=True, key="sink_note"):
        st.markdown(words.resting(found) + " " + prose("attention", "sink_why"))
        Shown(
            caption=words.sink(found),
            recipe=box(
                now, "attention/head_sink", "attention-sink",
                shown=_sink_numbers(found), tolerance=1e-3, layer=at[LAYER], head=at[HEAD],
            ),
        ).draw(_("Where does it rest?"))  # fmt: skip
    yield Shown()


def _sink_numbers(found: Sink) -> list[float]:
    return [found.weight, found.value_norm, found.other_norm, found.written]


def _box(now: Current, at: Values, shown: np.ndarray):
    return box(
        now, "attention/head", "attention-pattern",
        shown=shown, layer=at[LAYER], head=at[HEAD], hide_first=at[HIDE_FIRST],
    )  # fmt: skip


def _files(now: Current, at: Values, shown: np.ndarray) -> Files:
    layer, head = at[LAYER], at[HEAD]
    title = _("Attention of head L{layer}.H{head}").format(layer=layer, head=head)
    name, picture = f"attention-L{layer}-H{head}", PatternPicture(shown, now.labels, title)
    found = attention_of(at)

    def everything() -> bytes:
        parts = {"q": found.q[head], "k": found.k[head], "v": found.v[head]}
        return npz_file(pattern=shown, scores=found.scores(head), **parts, token_ids=now.ids)

    return Files(
        "export",
        {
            f"{name}.csv": (_("Matrix as CSV"), lambda: csv_table(shown, now.labels)),
            f"{name}.npz": (_("Matrix, q, k, v and scores as NPZ"), everything),
            f"{name}.svg": (_("Picture as SVG"), picture.svg),
            f"{name}.png": (_("Picture as PNG"), picture.png),
        },
    )
