"""Where is the text cut first: GPT-2's pattern, and one word in several forms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import streamlit as st

from core.language import _
from core.tokens.encoding import Token, encode
from core.tokens.label import label
from core.tokens.pretokens import KINDS, PATTERN, Span, distinct, variants
from pages.components.chips import Row, chips
from pages.kit.box import box
from pages.kit.current import Current
from pages.kit.panel import Shown, panel
from pages.kit.params import Values
from pages.kit.prose import prose
from pages.panels.tokenizer import words
from pages.panels.tokenizer.params import FORM
from pages.panels.tokenizer.texts import beginning, spans, whole


@panel(
    "tokenizer/cuts",
    title=lambda at: _("Where is the text cut first?"),
    reads=(FORM,),
    depth="deeper",
)
def cuts(now: Current, at: Values) -> Iterator[Shown]:
    start, cut = beginning(now), spans(now)
    yield Shown(
        partial(chips, [_span_row(cut), _colour_row(cut)], key="tok_spans"),
        words.cut(len(cut), len(encode(now.engine.tokenizer, start)), start, whole(now).text),
    )
    FORM.draw(at)
    forms = {form: encode(now.engine.tokenizer, form) for form in variants(at[FORM] or "dog")}
    rows = [Row(tokens, name=label(form)) for form, tokens in forms.items()]
    yield Shown(
        partial(chips, rows, key="tok_forms", under=True, two=True),
        words.forms(len(forms), distinct(forms.values())),
    )
    _explain_pattern()
    shown = {
        "spans": [[s.start, s.end] for s in cut],
        "ids": [[t.id for t in tokens] for tokens in forms.values()],
    }
    yield Shown(
        recipe=box(
            now, "tokenizer/cuts", "tokenizer-cuts", prompt=start, forms=list(forms), shown=shown
        )
    )


def _explain_pattern() -> None:
    with st.expander(_("The pattern, part by part"), icon=":material/rule:"):
        st.code(PATTERN, language=None, wrap_lines=True)
        st.markdown(prose("tokenizer", "pattern"))


def _span_row(cut: Sequence[Span]) -> Row:
    names = words.kind_names()
    return Row(
        [Token(0, span.text.encode(), span.start, span.end) for span in cut],
        name=_("Spans"),
        colours=[KINDS.index(span.kind) for span in cut],
        notes=[names[span.kind] for span in cut],
        note=_("“{text}” · characters {start} to {end}"),
    )


def _colour_row(cut: Sequence[Span]) -> Row:
    """What the colours mean, in the colours."""
    names, found = words.kind_names(), {span.kind for span in cut}
    used = [kind for kind in KINDS if kind in found]
    return Row(
        [Token(0, names[kind].encode(), 0, 0) for kind in used],
        name=_("Colours"),
        colours=[KINDS.index(kind) for kind in used],
        note="{text}",
        marks=False,
    )
