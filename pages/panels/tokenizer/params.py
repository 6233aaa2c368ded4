"""What can be chosen on the tokenizer page, each declared once."""

from __future__ import annotations

from functools import partial
from typing import Any

import streamlit as st

from core.language import _
from core.numbers import count
from core.tokens import spelling
from core.tokens.label import label, unlabel
from core.tokens.merges import replay
from core.tokens.pretokens import most_telling
from pages.components.chips import lane_names
from pages.kit import possible
from pages.kit.chosen import TOKEN
from pages.kit.controls import Choice, Number, Some, Switch, Text
from pages.kit.current import Current
from pages.kit.params import LONGEST_IN_URL, Param, Values
from pages.kit.possible import Possible
from pages.panels.tokenizer.examples import pairs
from pages.panels.tokenizer.texts import LONGEST_WORD, first_span, spans, vocab, whole

MOST_SPANS = 400
BY_TEXT, BY_BYTES, BY_IDS, BY_REGEX = "text", "bytes", "ids", "regex"


# --- your text in tokens -----------------------------------------------------------------

LANES = Some("tok_lanes", lambda at: lane_names(), title=lambda: _("Show"))
MARKS = Switch("tok_marks", default=True, title=lambda: _("Mark spaces"))
UNDER = Switch("tok_under", title=lambda: _("Ids below"))


class _PageSize(Param[int]):
    """How many tokens of a long text are on the screen; written with its commas."""

    sizes = (250, 1_000, 10_000)

    def possible(self, at: Values) -> Possible:
        return possible.among(map(self.written, self.sizes))

    def decode(self, raw: list[str]) -> int:
        return next(size for size in self.sizes if self.written(size) == raw[-1])

    def encode(self, value: int) -> list[str]:
        return [self.written(value)]

    def written(self, size: int) -> str:
        return format(size, ",")  # public: links hold it

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        options = {"key": self.key, "persist_state": "session", **layout}
        st.selectbox(self.label(at), self.sizes, format_func=self.written, **options)


class _Bounded(Number[int]):
    """A stepper whose label tells its bound."""

    def label(self, at: Values) -> str:
        return self.title().format(n=count(self.most(at)))

    def most(self, at: Values) -> int:
        return self.high(at) if callable(self.high) else self.high


PER_PAGE = _PageSize("tok_per", default=1_000, title=lambda: _("Tokens on a page"))
PAGE = _Bounded(
    "tok_page", 1, lambda at: whole(at.now).n_pages(at[PER_PAGE]), step=1, default=1,
    title=lambda: _("Page, 1 to {n}"),
)  # fmt: skip


def _common(at: Values) -> int | None:
    """The token that all pages follow, if somebody chose one."""
    return at[TOKEN] if TOKEN.is_chosen(at) else None


def _telling(at: Values) -> int:
    common = _common(at)
    return spelling.most_telling(whole(at.now)) if common is None else common


#: The token that the panels follow: the one of all pages, or a telling one. It may lie beyond what
#: the model reads, where no other page can follow.
FOLLOWED = _Bounded(
    "tok_at", 0, lambda at: len(whole(at.now)) - 1, step=1, default=_telling,
    # Another text: nothing was chosen in it yet. Another token of all pages: it is this one, too.
    scope=lambda at: (at.now.text, _common(at)),
    title=lambda: _("Token, 0 to {n}"),
)  # fmt: skip


def follow(now: Current, token: int) -> None:
    """Choose a token, for all pages if they can follow; for callbacks."""
    FOLLOWED.set(token)
    if token < len(now.ids):
        TOKEN.set(token)


# --- cuts ----------------------------------------------------------------------------------

FORM = Text("tok_form", default="dog", longest=40, title=lambda: _("One word in several forms"))


# --- merges --------------------------------------------------------------------------------


class _Word(Param[str]):
    """A word of the prompt, or one that is typed; marks for white space are understood."""

    def possible(self, at: Values) -> Possible:
        return possible.anything()

    def decode(self, raw: list[str]) -> str:
        return raw[-1]

    def encode(self, value: str) -> list[str]:
        return [label(value)] if value and len(value) <= LONGEST_IN_URL else []

    def resolve(self, at: Values) -> str:
        value = super().resolve(at)
        named = {label(option): option for option in self.options(at)}.get(value, value)
        if named != value:  # a link writes a word of the prompt with its marks
            self.set(named)
        return named

    def options(self, at: Values) -> list[str]:
        return list(dict.fromkeys(span.text for span in spans(at.now)))[:MOST_SPANS]

    def meant(self, at: Values) -> str:
        """The word itself."""
        value = at[self]
        return value if value in self.options(at) else unlabel(value or self.default(at))

    def draw(self, at: Values, **layout: Any) -> None:
        at[self]
        st.selectbox(
            self.label(at), self.options(at), format_func=label, accept_new_options=True,
            key=self.key, help=self.help(at), persist_state="session", **layout,
        )  # fmt: skip


WORD = _Word(
    "tok_word", default=lambda at: most_telling(spans(at.now)),
    scope=lambda at: at.now.text,  # another prompt: its own words, not the one of the last
    title=lambda: _("Word"),
    help=lambda at: _("Choose one of the prompt, or type your own."),
)  # fmt: skip


class _Step(_Bounded):
    """How many merges are done; none at first, so that they can be played."""

    def possible(self, at: Values) -> Possible:
        return possible.between(0, LONGEST_WORD - 1)

    def resolve(self, at: Values) -> int:
        value, most = super().resolve(at), self.most(at)
        if value > most:  # a link may ask for more than this word has
            self.set(most)
        return min(value, most)


def _n_merges(at: Values) -> int:
    word = first_span(at.now, WORD.meant(at))
    return len(replay(vocab(at.now), word.encode()).steps)


STEP = _Step(
    "tok_step", 0, _n_merges, step=1, default=0, slide=True,
    scope=lambda at: first_span(at.now, WORD.meant(at)),
    title=lambda: _("Merges done, of {n}"),
)  # fmt: skip

# --- the vocabulary ------------------------------------------------------------------------

FIND = Text("tok_find", default="dog", title=lambda: _("Search all tokens"))
BY = Choice(
    "tok_by",
    lambda at: {
        BY_TEXT: _("text"),
        BY_BYTES: _("bytes"),
        BY_IDS: _("ids"),
        BY_REGEX: _("regular expression"),
    },
    title=lambda: _("by"),
)
CASE = Switch("tok_case", title=lambda: _("Match case"))

# --- costs ---------------------------------------------------------------------------------

PAIR = Choice(
    "tok_pair", lambda at: {key: pair.title for key, pair in pairs().items()}, menu=True,
    title=lambda: _("Compare"),
)  # fmt: skip
#: Another pair fills both boxes.
_side = partial(Text, height=120, scope=lambda at: at[PAIR])
FIRST = _side("tok_a", default=lambda at: pairs()[at[PAIR]].first, title=lambda: _("First text"))
SECOND = _side("tok_b", default=lambda at: pairs()[at[PAIR]].second, title=lambda: _("Second text"))
