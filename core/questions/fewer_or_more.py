"""Does a text take more tokens for a word than another one?"""

from __future__ import annotations

from core.engine.backend import Backend
from core.language import _
from core.questions import told
from core.questions.found import Found, Refused
from core.questions.reading import box
from core.questions.registry import check
from core.tokens.cost import cost
from core.tokens.encoding import encoding

#: Two costs per word that differ by less than this factor are too close to ask about.
APART = 1.1


@check(
    "fewer_or_more",
    gives="choice",
    outcomes=("more", "fewer", "equal"),
    numbers=("n", "n_words", "other_n", "other_n_words", "pieces"),
)
def fewer_or_more(engine: Backend, prompt: str, *, text: str, than: str | None = None) -> Found:
    """Whether a text takes more or fewer tokens per word.

    Parameters
    ----------
    text : the one that is asked about
    than : the one that it is held against; None for the prompt
    """
    other = prompt if than is None else than
    encoded = encoding(engine.tokenizer, text)
    one, two = cost(encoded), cost(encoding(engine.tokenizer, other))
    counts = (one.tokens, one.words, two.tokens, two.words)
    names = ("n", "n_words", "other_n", "other_n_words")
    return Found(
        right=_compared(*counts),
        numbers={
            **told.counts(**dict(zip(names, counts, strict=True))),
            "pieces": told.words([token.label for token in encoded.tokens()]),
        },
        places={},
        recipe=box(engine, "fewer_or_more", text=text, than=other, shown=list(counts)),
    )


def _compared(n: int, n_words: int, other_n: int, other_n_words: int) -> str:
    if n * other_n_words == other_n * n_words and n:
        return "equal"
    if n_words and other_n_words:
        ratio = (n / n_words) / (other_n / other_n_words)
        if not 1 / APART < ratio < APART:
            return "more" if ratio > 1 else "fewer"
    raise Refused(
        _("These two texts take about as many tokens for each word."),
        _("Compare texts in different languages, or with rarer words."),
    )
