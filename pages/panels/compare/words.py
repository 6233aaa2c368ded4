"""What changes: the next words of both prompts."""

from __future__ import annotations

from functools import partial

import streamlit as st

from core.charts.layers.skip import before_after
from core.language import _
from core.tokens.encoding import encode
from core.views.effects import change
from pages.components.chips import Row, chips
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.exports import numbers
from pages.kit.figure import below, chart
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.panels.compare import said
from pages.panels.compare.pairs import Pair, pairs
from pages.panels.compare.params import OTHER
from pages.panels.compare.sides import Sides, sides
from pages.shell.prompt import set_prompt

#: Next words that are named: the page's first look is short.
_NAMED = 4


@panel(
    "compare/words",
    title=lambda at: _("What does one changed word change?"),
    controls=(OTHER,),
)
def words(now: Current, at: Values) -> Shown:
    with st.container(horizontal=True, gap="small"):
        for name, pair in pairs().items():
            st.button(pair.title, key=f"compare_pair_{name}", on_click=_take, args=(pair,))
    both = sides(now, at)
    found = change(both.b.logits, both.a.logits, _NAMED)
    names = [now.label(i) for i in found.token_ids]
    kinds = (_("after B"), _("after A"))
    bars = chart(
        before_after(names, found.before, found.after, kinds),
        key="chart_compare_words",
        alt=_("Probabilities of the next words after B and after A."),
    )
    return Shown(
        below(partial(_tokens, now, at, both), bars),
        said.words(now, both, found),
        numbers("compare", partial(said.rows, found, now.label)),
        box(
            now, "compare/words", "compare-words", shown=[found.before, found.after],
            ids_a=both.a.token_ids, ids_b=both.b.token_ids, tokens=found.token_ids,
        ),
    )  # fmt: skip


def _take(pair: Pair) -> None:
    set_prompt(pair.a)
    OTHER.set(pair.b)


def _tokens(now: Current, at: Values, both: Sides) -> None:
    """The tokens of both texts under each other, those that differ in another colour."""
    a, b = now.tokens, encode(now.engine.tokenizer, at[OTHER])[: both.b.n_ctx]
    same = [pair for pair in both.found.pairs if b[pair[0]].id == a[pair[1]].id]
    alike = {"A": {theirs for _ours, theirs in same}, "B": {ours for ours, _theirs in same}}
    rows = [
        Row(side, name=name, colours=[int(i not in alike[name]) for i in range(len(side))])
        for name, side in (("A", a), ("B", b))
    ]
    hint = _(
        "Blue: the other prompt has the same token there. Orange: it has another one, or none."
    )
    chips([_near(row, both.found.start) for row in rows], key="compare_tokens", hint=hint)


#: Tokens that are drawn, from a few before the difference on.
_DRAWN, _BEFORE = 40, 8


def _near(row: Row, start: int) -> Row:
    first = max(0, min(start - _BEFORE, len(row.tokens) - _DRAWN))
    part = slice(first, first + _DRAWN)
    return Row(row.tokens[part], name=row.name, colours=(row.colours or [])[part])
