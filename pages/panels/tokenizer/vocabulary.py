"""What is in the vocabulary: a search of all tokens, and what one of them is made of."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import streamlit as st

from core.charts.tokenizer.merges import merge_picture
from core.language import _
from core.numbers import count
from core.recipes import Recipe
from core.tokens import merge_picture as pictures
from core.tokens.label import hexed, unlabel
from core.tokens.merges import family, parts
from core.tokens.search import parse_bytes, rows, search
from core.tokens.vocabulary import decode
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart, table, text
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.tokenizer import words
from pages.panels.tokenizer.params import BY, BY_BYTES, BY_IDS, CASE, FIND
from pages.panels.tokenizer.texts import vocab

MOST_ROWS = 1_000


@panel(
    "tokenizer/vocabulary",
    title=lambda at: _("What is in the vocabulary?"),
    reads=(FIND, BY, CASE),
    depth="deeper",
)
def vocabulary(now: Current, at: Values) -> Iterator[Shown]:
    _draw_controls(at)
    by_bytes_or_ids = at[BY] in (BY_BYTES, BY_IDS)
    query = at[FIND] if by_bytes_or_ids else unlabel(at[FIND])
    ids = search(vocab(now), query, at[BY], match_case=at[CASE])
    searched = _box(now, at, query, ids)
    if not len(ids):
        none = _("No token fits. Tokens are mostly English words and pieces of words.")
        yield Shown(text(none), recipe=searched)
        return
    chosen = _table(now, ids[:MOST_ROWS])
    st.caption(words.found(len(ids), MOST_ROWS))
    if at[BY] == BY_IDS:
        st.text(_("Decoded, these ids read:"))
        st.code(decode(vocab(now), ids), language=None, wrap_lines=True)
    yield Shown(recipe=searched)
    yield _built(now, int(ids[chosen]))
    with st.expander(_("What is <|endoftext|>?"), icon=":material/help:"):
        st.markdown(prose("tokenizer", "endoftext"))


def _draw_controls(at: Values) -> None:
    left, middle, right = st.columns([4, 5, 2], vertical_alignment="bottom")
    with left:
        FIND.draw(at)
    with middle:
        BY.draw(at)
    with right:
        CASE.draw(at, disabled=at[BY] in (BY_BYTES, BY_IDS))


def _box(now: Current, at: Values, query: str, ids: np.ndarray) -> Recipe:
    values = {"by": at[BY], "query": query, "match_case": at[CASE], "ids": ids.tolist()}
    shown = [len(ids), *ids[:20].tolist()]
    if at[BY] == BY_IDS:
        shown = [len(vocab(now).data[i]) for i in ids]
    else:
        values["ids"] = []
    if at[BY] == BY_BYTES:
        values["query"] = hexed(parse_bytes(query))
    return box(now, "tokenizer/vocabulary_search", "tokenizer-search", shown=shown, **values)


def _table(now: Current, ids: np.ndarray) -> int:
    """The tokens that fit; returns the row that is chosen, the first at the beginning."""
    columns = st.column_config
    event = table(
        rows(vocab(now), ids),
        key="tok_found",
        formats={
            "id": columns.NumberColumn(_("Id")),
            "token": columns.TextColumn(_("Token")),
            "bytes": columns.TextColumn(_("Bytes (hex)")),
            "n_bytes": columns.NumberColumn(_("Bytes")),
            "n_characters": columns.NumberColumn(_("Characters")),
            "rank": columns.NumberColumn(_("Rank of its merge"), format="localized"),
            "parts": columns.TextColumn(_("Made of")),
        },
        height=300,
        on_select="rerun",
        selection_mode="single-row",
    )()
    return next((row for row in event.selection.rows if row < len(ids)), 0)


def _built(now: Current, token_id: int) -> Shown:
    """One token of the vocabulary, down to bytes."""
    st.markdown("#### " + _("What token {id} is made of").format(id=count(token_id)))
    vocabulary, built = vocab(now), family(vocab(now), token_id)
    shown = [[part, int(vocabulary.rank[part])] for part in parts(vocabulary, token_id)]
    recipe = box(
        now, "tokenizer/vocabulary_family", "tokenizer-family", token_id=token_id, shown=shown
    )
    if not built.steps:
        return Shown(text(words.unbuilt(vocabulary, token_id)), recipe=recipe)
    names = {pictures.BYTE: _("byte"), pictures.DONE: _("piece"), pictures.NOW: _("the token")}
    picture = chart(
        merge_picture(pictures.picture(vocabulary, built, len(built.steps)), names),
        key="tok_family",
        alt=_("The bytes of the token at the bottom; each merge is a block over its parts."),
    )
    return Shown(picture, words.built(built), recipe=recipe)
