"""What is inside a character: its bytes, and the tokens that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import streamlit as st

from core.charts.tokenizer.bytes import byte_rows
from core.charts.tokenizer.bytes_table import byte_table
from core.language import _
from core.tokens.byte_table import byte_encoder
from core.tokens.cost import cost
from core.tokens.label import label
from core.tokens.spelling import Split, aligned, spelled, splits, stretch, table
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.figure import chart
from pages.kit.memory import Memory
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.tokenizer import words
from pages.panels.tokenizer.examples import points
from pages.panels.tokenizer.params import FOLLOWED, follow
from pages.panels.tokenizer.texts import vocab, whole
from pages.shell.prompt import set_prompt

MOST_SPLITS = 200
#: Which of the split characters the menu names; no link holds it, the followed token tells.
_CHARACTER: Memory[int | None] = Memory("tok_char", None)


@panel(
    "tokenizer/bytes",
    title=lambda at: _("What is inside a character?"),
    reads=(FOLLOWED,),
    depth="deeper",
)
def bytes_(now: Current, at: Values) -> Iterator[Shown]:
    left, right = st.columns([2, 5], vertical_alignment="bottom")
    with left:
        FOLLOWED.draw(at)
    with right:
        found = splits(whole(now), MOST_SPLITS)
        _draw_menu(now, found, at[FOLLOWED]) if found else _offer_example()
    yield _aligned(now, at[FOLLOWED])
    st.markdown("#### " + _("GPT-2's character for every byte"))
    st.markdown(prose("tokenizer", "table"))
    yield _table(now)


def _draw_menu(now: Current, found: Sequence[Split], at: int) -> None:
    """Go to a character; the menu names the one that the followed token belongs to."""
    holds = (n for n, split in enumerate(found) if split.first <= at < split.last)
    _CHARACTER.set(next(holds, None))
    st.selectbox(
        _("Characters that are spread over several tokens"),
        range(len(found)),
        index=None,
        placeholder=_("Go to one of them"),
        format_func=lambda n: _("{n}. “{text}”: tokens {first} to {last}").format(
            n=n + 1, text=label(found[n].text), first=found[n].first, last=found[n].last - 1
        ),
        key=_CHARACTER.name,
        on_change=_go_to,
        args=(now, found),
    )


def _go_to(now: Current, found: Sequence[Split]) -> None:
    chosen = _CHARACTER.get()
    if chosen is not None:
        follow(now, found[chosen].first)


def _offer_example() -> None:
    says, offers = st.columns([3, 2], vertical_alignment="center")
    says.text(_("Every character of this prompt lies inside one token."))
    odd = points()[2]
    offers.button(
        _("Try emoji and Japanese"),
        on_click=set_prompt,
        args=(odd.prompt,),
        help=odd.point,
        key="tok_try_bytes",
        width="stretch",
    )


def _aligned(now: Current, at: int) -> Shown:
    text = whole(now)
    first, last = stretch(text, at)
    tokens = text.tokens(first, last)
    lanes = [_("character"), _("UTF-8 byte"), _("GPT-2 writes"), _("token")]
    characters = text.text[tokens[0].start : tokens[-1].end]
    return Shown(
        chart(
            byte_rows(aligned(text, tokens), lanes, chosen=at - first),
            key="tok_byte_rows",
            alt=_("Characters, the bytes of each, GPT-2's character for each byte, the tokens."),
        ),
        words.spread(cost(text)),
        recipe=box(
            now, "tokenizer/bytes", "tokenizer-bytes", text=characters, shown=spelled(characters)
        ),
    )


def _table(now: Current) -> Shown:
    names = {"same": _("stands for itself (188)"), "moved": _("moved to U+0100 on (68)")}
    shown = {"written": "".join(byte_encoder()), "ids": list(vocab(now).byte_ids)}
    return Shown(
        chart(
            byte_table(table(vocab(now), whole(now).text), names),
            key="tok_byte_table",
            alt=_("A table of the 256 bytes; 68 are written as characters from U+0100 on."),
        ),
        _("Strong colours: bytes of your text. Point at a cell for its token id."),
        recipe=box(now, "tokenizer/bytes_table", "tokenizer-byte-table", shown=shown),
    )
