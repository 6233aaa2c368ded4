"""Your text in tokens: text, tokens, ids and bytes, linked."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.language import _
from core.numbers import count
from core.tokens import export
from core.tokens.cost import cost
from core.tokens.encoding import encode
from core.tokens.pretokens import span_at
from core.tokens.vocabulary import ranks
from pages.components.chips import TOKENS, Row
from pages.components.chips import chips as draw_chips
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import Files
from pages.kit.figure import Drawn
from pages.kit.menu import menu
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.tokenizer import words
from pages.panels.tokenizer.examples import points
from pages.panels.tokenizer.params import (
    FOLLOWED,
    LANES,
    MARKS,
    PAGE,
    PER_PAGE,
    UNDER,
    WORD,
    follow,
)
from pages.panels.tokenizer.texts import beginning, vocab, whole
from pages.shell.prompt import set_prompt

CHOICES = (LANES, MARKS, UNDER, FOLLOWED, PER_PAGE, PAGE, WORD)


@panel(
    "tokenizer/chips", title=lambda at: _("What does the model see of your text?"), reads=CHOICES
)
def chips(now: Current, at: Values) -> Shown:
    _draw_controls(at)
    text, start = whole(now), beginning(now)
    shown = encode(now.engine.tokenizer, start)
    return Shown(
        _lanes(now, at, _page(at)),
        words.sizes(cost(text), now.engine.shape.n_ctx),
        Files(
            "tok",
            {
                "tokens.csv": (_("Tokens as CSV"), lambda: export.as_csv(text).encode()),
                "tokens.json": (_("Tokens as JSON"), lambda: export.as_json(text).encode()),
            },
        ),
        box(
            now, "tokenizer/chips", "tokenizer-tokens", prompt=start,
            shown=[[t.id, t.data.hex(" "), t.start, t.end] for t in shown],
        ),
    )  # fmt: skip


def _draw_controls(at: Values) -> None:
    lanes, look, ready = st.columns([36, 42, 22], vertical_alignment="bottom")
    with lanes:
        LANES.draw(at)
    with look.container(horizontal=True, vertical_alignment="bottom"):
        MARKS.draw(at)
        UNDER.draw(at)
    with (
        ready,
        menu(
            _("Examples"), key="tok_examples", icon=":material/lightbulb:", width="stretch"
        ) as is_open,
    ):
        for number, example in enumerate(points() if is_open else ()):
            st.button(
                example.title,
                key=f"tok_example_{number}",
                on_click=set_prompt,
                args=(example.prompt,),
                help=example.point,
                width="stretch",
            )


def _page(at: Values) -> tuple[int, int]:
    """Which tokens are on screen: all of a short text, one page of a long one."""
    text = whole(at.now)
    if len(text) <= PER_PAGE.sizes[0]:
        return 0, len(text)
    size, number, where = st.columns([3, 3, 6], vertical_alignment="bottom")
    with size:
        PER_PAGE.draw(at)
    with number:
        PAGE.draw(at)
    first, last = text.page(at[PAGE], at[PER_PAGE])
    where.caption(
        _("Tokens {first} to {last} of {n}").format(
            first=count(first), last=count(last - 1), n=count(len(text))
        )
    )
    return first, last


def _lanes(now: Current, at: Values, shown: tuple[int, int]) -> Drawn:
    tokens = whole(now).tokens(*shown)
    return partial(
        draw_chips,
        [Row(tokens, ranks=ranks(vocab(now), [t.id for t in tokens]))],
        key="tok_chips",
        lanes=at[LANES] or [TOKENS],
        first=shown[0],
        under=at[UNDER],
        marks=at[MARKS],
        chosen=at[FOLLOWED],
        hint=_("Point at a token, an id or a place in the text; click a token to follow it."),
        on_pick=partial(_follow, now),
    )


def _follow(now: Current, token: int) -> None:
    """The panels below follow a token that was clicked."""
    follow(now, token)
    WORD.set(span_at(whole(now), token).text)
