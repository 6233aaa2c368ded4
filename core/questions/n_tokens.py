"""How many tokens has a text? Neither its words nor its letters."""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box
from core.questions.registry import check
from core.tokens.cost import cost
from core.tokens.encoding import encoding


@check("n_tokens", gives="number", numbers=("n", "n_words", "n_letters", "pieces"))
def n_tokens(engine: Backend, prompt: str, *, text: str | None = None) -> Found:
    """The number of tokens.

    Parameters
    ----------
    text : what is counted; None for the prompt
    """
    counted = prompt if text is None else text
    encoded = encoding(engine.tokenizer, counted)
    size = cost(encoded)
    if size.tokens in (0, size.words):
        raise Refused(
            _("This text has as many tokens as words, so counting them would teach nothing."),
            _("Type a sentence with a comma, or with a long or rare word."),
        )
    traps = {size.words: "words", size.characters: "letters"}
    traps.pop(size.tokens, None)
    n, n_words, n_letters = size.tokens, size.words, size.characters
    return Found(
        right=size.tokens,
        numbers={
            **told.counts(n=n, n_words=n_words, n_letters=n_letters),
            "pieces": told.words([token.label for token in encoded.tokens()]),
        },
        places={},
        traps=traps,
        recipe=box(engine, "n_tokens", text=counted, shown=[n, n_words, n_letters]),
    )
