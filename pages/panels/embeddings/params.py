"""What can be chosen on the Embeddings page, each declared once."""

from __future__ import annotations

from core.language import _
from core.model.shining import shining
from core.numbers import count
from core.tokens.label import label
from core.views.meeting_pairs import Pair, most_apart
from core.views.swap import default_swap, texts_of, words_of
from pages.kit.controls import Choice, Number, Some, Switch, Text
from pages.kit.current import Current
from pages.kit.follows import Follows
from pages.kit.params import Values
from pages.panels.embeddings import words


class Dimension(Number[int]):
    """A number of a vector by its place."""

    def label(self, at: Values) -> str:
        last = at.now.engine.shape.n_embd - 1
        return _("Dimension, 0 to {last} (or click the picture)").format(last=count(last))


DIM = Dimension(
    "dim", 0, lambda at: at.now.engine.shape.n_embd - 1, step=1, default=0, title=lambda: ""
)

ALIKE = Choice("alike", lambda at: words.alike_views(), title=lambda: _("Look at"))
WORD = Text(
    "word",
    longest=60,
    title=lambda: _("Another word"),
    placeholder=lambda: _("the chosen token"),
)
BY = Choice(
    "by",
    lambda at: {"cosine": _("cosine"), "dot": _("dot product")},
    title=lambda: _("Nearness"),
)
VARIANTS = Switch("variants", default=True, title=lambda: _("Hide case and space variants"))
A = Text("a", default="king", longest=60, title=lambda: _("a"))
B = Text("b", default="man", longest=60, title=lambda: _("− b"))
C = Text("c", default="woman", longest=60, title=lambda: _("+ c"))

CONTEXT = Choice("context", lambda at: words.context_views(), title=lambda: _("Look at"))


def _pair(at: Values) -> Pair:
    """A word and two sentences in which this model parts its vectors most."""
    stored = shining().pair if at.now.is_storyteller else None
    return stored or at.now.engine.view(most_apart)


class _OfPair(Follows[str], Text):
    """A part of the model's own pair until somebody types one."""


SHARED = _OfPair("shared", default=lambda at: _pair(at)[0], longest=60, title=lambda: _("Word"))
ONE_SENTENCE = _OfPair(
    "s1", default=lambda at: _pair(at)[1], longest=400, title=lambda: _("One sentence")
)
ANOTHER_SENTENCE = _OfPair(
    "s2", default=lambda at: _pair(at)[2], longest=400, title=lambda: _("Another")
)

KINDS = Some("kinds", lambda at: words.kinds(), title=lambda: _("Everyday words"))
AFTER = Number(
    "after",
    0,
    lambda at: at.now.engine.shape.n_layer,
    step=1,
    slide=True,
    default=0,
    title=lambda: _("Layers read (0: the input)"),
)

ORDER = Choice("order", lambda at: words.order_views(), title=lambda: _("Look at"))


def words_in(now: Current) -> tuple[range, ...]:
    """The words of the prompt, as the places of their tokens."""
    return words_of(now.engine.tokenizer, now.text, len(now.tokens))


def _menu(at: Values) -> dict[str, str]:
    texts = texts_of(at.now.tokens, words_in(at.now))
    return {str(n): f"{n} {label(text)}" for n, text in enumerate(texts)}


class ExchangedWord(Choice):
    """A word of the prompt by its place; in another prompt its own telling pair comes first.

    Parameters
    ----------
    which : of the two words that are worth exchanging, 0 or 1
    """

    def __init__(self, name: str, which: int, **more) -> None:
        super().__init__(
            name,
            _menu,
            menu=True,
            default=lambda at: str(default_swap(at.now.tokens, words_in(at.now))[which]),
            scope=lambda at: at.now.ids,
            late=True,
            **more,
        )


SWAP_ONE = ExchangedWord("swap_one", 0, title=lambda: _("This word"))
SWAP_OTHER = ExchangedWord("swap_other", 1, title=lambda: _("changes places with"))
