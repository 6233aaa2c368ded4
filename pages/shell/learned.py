"""What the journey ends with: what was seen on the way, in this prompt's numbers, and what next."""

from __future__ import annotations

import streamlit as st

from core.language import _
from core.numbers import count, percent
from core.sampling.explain import favourite
from pages.kit import words as nouns
from pages.kit.current import Current
from pages.shell.journey import course_stop, glossary_stop, stops


def learned(now: Current) -> None:
    """Draw it; for the last page."""
    overview, *others = stops()
    said = _said(now)
    with st.container(border=True, key="learned"):
        st.markdown("### " + _("What you have seen"))
        st.markdown("\n".join(f"1. **{stop.title}.** {said[stop.name]}" for stop in others))
        st.markdown(_all_of_it(now))
        with st.container(horizontal=True):
            for stop in (overview, course_stop(), glossary_stop()):
                st.page_link(stop.file, label=stop.title, icon=stop.icon)


def _all_of_it(now: Current) -> str:
    return _(
        "That is all: no rule of grammar, no list of facts, only these steps and {n} numbers that"
        " training has found. **Where to go on:** watch it in one picture, let the lessons ask"
        " you, look up a word, or take another example or a larger model in the sidebar and see"
        " what is different."
    ).format(n=count(now.engine.shape.n_params))


def _said(now: Current) -> dict[str, str]:
    """What each page has shown, in a sentence."""
    shape, best = now.engine.shape, favourite(now.trace().logits)
    numbers = {
        "tokens": nouns.tokens(len(now.ids)),
        "n_vocab": count(shape.n_vocab),
        "n": count(shape.n_embd),
        "heads": nouns.heads(shape.n_layer * shape.n_head),
        "layers": nouns.layers(shape.n_layer),
        "token": nouns.plain(now.label(best.token_id)),
        "share": percent(best.probability),
    }
    return {page: sentence.format(**numbers) for page, sentence in _sentences().items()}


def _sentences() -> dict[str, str]:
    return {
        "tokenizer": _(
            "Your text became {tokens}: pieces from a list of {n_vocab}, and of each only its"
            " number."
        ),
        "embeddings": _(
            "Each became a vector of {n} numbers: words that are used alike lie near each other,"
            " and the place is in it, too."
        ),
        "attention": _(
            "{heads} in {layers} let each token look at those before it, and bring along what they"
            " found."
        ),
        "layers": _(
            "Layer by layer the last token's vector turned into an answer: “{token}” with {share}."
        ),
        "compare": _("One text's vectors, put into another, bring their answer along."),
        "sampling": _(
            "The answer is a share for each of {n_vocab} tokens. One is drawn, it joins the text,"
            " and all begins anew."
        ),
    }
