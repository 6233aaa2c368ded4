"""How do the tokens come about: byte-pair encoding of one word, step by step."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import streamlit as st

from core.charts.figure import columns_of
from core.charts.tokenizer.merges import merge_picture
from core.charts.tokenizer.merges_choice import candidate_ranks
from core.language import _
from core.numbers import count
from core.tokens import merge_picture as pictures
from core.tokens.label import label
from core.tokens.merges import Replay, as_tokens, replay
from core.tokens.pretokens import pretokens
from core.tokens.vocabulary import Vocabulary, ranks
from pages.components.chips import Row, chips
from pages.components.step_player import step_player
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import Drawn, below, chart, folded, table
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.tokenizer import words
from pages.panels.tokenizer.params import STEP, WORD
from pages.panels.tokenizer.texts import LONGEST_WORD, first_span, vocab

MOST_PAIRS = 10


@panel(
    "tokenizer/merges",
    title=lambda at: _("How do the tokens come about?"),
    reads=(WORD, STEP),
)
def merges(now: Current, at: Values) -> Iterator[Shown]:
    left, middle, right = st.columns([4, 2, 3], vertical_alignment="bottom")
    with left:
        WORD.draw(at)
    word = first_span(now, WORD.meant(at))
    played = replay(vocab(now), word.encode())
    _say_what_is_left_out(now, WORD.meant(at))
    step = at[STEP]
    if played.steps:
        with middle:
            _player(step, len(played.steps), word)
        with right:
            STEP.draw(at)
    yield Shown(
        below(_pieces(vocab(now), word, played, step), _picture(vocab(now), played, step)),
        words.merged(played, step),
    )
    if step:
        yield _choice(vocab(now), played, step)
    folded(
        _("All merges as a table"), ":material/table_rows:",
        lambda: _steps(vocab(now), played), key="tok_all_merges",
    )  # fmt: skip
    shown = {"ranks": [s.winner.rank for s in played.steps], "ids": list(played.ids)}
    yield Shown(recipe=box(now, "tokenizer/merges", "tokenizer-merges", word=word, shown=shown))


def _player(step: int, last: int, word: str) -> None:
    step_player(step, last, key="tok_player", stamp=word, on_pick=STEP.set)


def _say_what_is_left_out(now: Current, typed: str) -> None:
    spans = pretokens(vocab(now), typed)
    word = spans[0].text
    n_bytes = len(word.encode())
    if n_bytes > LONGEST_WORD:
        st.text(
            _("“{word}” has {n} bytes; the picture holds {limit}.").format(
                word=label(word[:20]) + ("…" if len(word) > 20 else ""),
                n=count(n_bytes),
                limit=LONGEST_WORD,
            )
        )
    if len(spans) > 1:
        st.caption(
            _("GPT-2 cuts this into {n} spans before any merge; this is the first.").format(
                n=len(spans)
            )
        )


def _pieces(vocabulary: Vocabulary, word: str, played: Replay, step: int) -> Drawn:
    pieces = as_tokens(vocabulary, word, played.after(step))
    made_by = ranks(vocabulary, [t.id for t in pieces])
    row = Row(pieces, name=_("Pieces now"), ranks=made_by)
    return partial(chips, [row], key="tok_pieces", under=True)


def _picture(vocabulary: Vocabulary, played: Replay, step: int) -> Drawn:
    names = {
        pictures.BYTE: _("byte"),
        pictures.DONE: _("joined before"),
        pictures.NOW: _("joined in this step"),
        pictures.LATER: _("joined later"),
    }
    return chart(
        merge_picture(pictures.picture(vocabulary, played, step), names),
        key="tok_merge_picture",
        alt=_("The bytes of the word at the bottom; each merge is a block over its two parts."),
    )


def _choice(vocabulary: Vocabulary, played: Replay, step: int) -> Shown:
    st.markdown(_("**The choice in step {step}: which pair?**").format(step=step))
    pairs = pictures.candidates(vocabulary, played.steps[step - 1])
    ranked = chart(
        candidate_ranks(pairs[:MOST_PAIRS], len(vocabulary.merges)),
        key="tok_candidates",
        alt=_("Every neighbouring pair with the rank of its rule; the lowest wins."),
    )
    return Shown(ranked, words.left_out(len(pairs) - MOST_PAIRS))


def _steps(vocabulary: Vocabulary, played: Replay) -> Drawn:
    columns = st.column_config
    return table(
        columns_of(pictures.as_table(vocabulary, played)),
        key="tok_merge_table",
        formats={
            "step": columns.NumberColumn(_("Step")),
            "left": columns.TextColumn(_("Left")),
            "right": columns.TextColumn(_("Right")),
            "rank": columns.NumberColumn(_("Rank"), format="localized"),
            "losers": columns.NumberColumn(_("Pairs that lost")),
            "pieces": columns.TextColumn(_("Pieces after it"), width="large"),
        },
    )
