"""A panel: one question, at most two sentences, controls, a figure, its numbers, its Python.

    @panel("attention/head", title=lambda at: _("Where does it look?"), controls=(LAYER, HEAD))
    def head(now: Current, at: Values) -> Shown:
        ...

A panel is a thing with a name: a page lists it, a link opens it, a lesson puts words around it, a
presenter steps through it and a test finds it. Its word names everything that belongs to it: its
file, its prose, its chart, its recipe, its key on the page (``panel_head``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, Literal

import streamlit as st

from core.errors import LearnerError
from core.language import _
from core.recipes import Recipe
from pages.kit.current import Current
from pages.kit.error import show_error
from pages.kit.exports import Files
from pages.kit.figure import Drawn
from pages.kit.params import Param, Values
from pages.kit.prose import prose, unmarked
from pages.kit.python_box import show_python

Depth = Literal["first", "deeper"]


@dataclass(frozen=True, eq=False)
class Shown:
    """A figure and what belongs to it.

    Attributes
    ----------
    figure : draws it
    caption : the numbers that matter, in our own Markdown
    files : what can be taken away
    recipe : its "Show the Python" box
    """

    figure: Drawn | None = None
    caption: str = ""
    files: Files | None = None
    recipe: Recipe | None = None

    def draw(self, question: str = "", text: str = "") -> None:
        """Draw it; question and text are those of its panel, for the notebook."""
        if self.figure is not None:
            self.figure()
        if self.caption and self.files is not None and self.recipe is None:
            # Not columns: in a sixth of a narrow page the menu would lose its word.
            with _in_a_row("center"):
                st.caption(self.caption, width="stretch")
                self.files.draw()
        elif self.caption:
            st.caption(self.caption)
        self._draw_foot({"question": question, "text": unmarked(text)})

    def _draw_foot(self, told: dict[str, str]) -> None:
        """What can be taken away: the program and the files, in one row."""
        if self.recipe is None:
            if self.files is not None and not self.caption:
                self.files.draw()
            return
        recipe = replace(self.recipe, caption=unmarked(self.caption), **told)
        if self.files is None:
            show_python(recipe)
        else:
            with _in_a_row("top"):
                show_python(recipe)
                self.files.draw()


def _in_a_row(align: Literal["top", "center"]) -> Any:
    return st.container(horizontal=True, vertical_alignment=align, gap="small")


#: What a panel's function returns. One that draws step by step is a generator of `Shown`.
Result = Shown | Iterable[Shown] | None


@contextmanager
def frame(
    title: str, text: str, *, key: str, close: Callable[[], None] | None = None
) -> Iterator[None]:
    """A bordered container with a heading and at most two sentences of our own Markdown."""
    with st.container(border=True, key=key):
        if close is None:
            st.subheader(title, anchor=False)
        else:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.subheader(title, anchor=False, width="stretch")
                st.button(
                    _("Close"), key=f"close_{key}", icon=":material/expand_less:", on_click=close,
                    type="tertiary", help=title,
                )  # fmt: skip
        st.markdown(text)
        yield


@dataclass(frozen=True, eq=False)
class Panel:
    """One panel of a page; made by `panel`.

    Attributes
    ----------
    page, word : its name is ``page/word``
    title : its one question
    reads : the parameters that it depends on
    controls : those that it draws under its text, in one row of `widths`
    text : the section of the page's prose, if that depends on a parameter
    depth : whether a page opens with it or offers it
    job : the name of the work that it shows while it goes on, if it does
    """

    page: str
    word: str
    title: Callable[[Values], str]
    body: Callable[[Current, Values], Result]
    reads: tuple[Param, ...]
    controls: tuple[Param, ...]
    widths: tuple[float, ...] | None
    text: Callable[[Values], str] | None
    depth: Depth
    job: str | None

    @property
    def key(self) -> str:
        """On the page, also its CSS class for tests (``st-key-...``)."""
        return f"panel_{self.word}"

    def draw(self, now: Current, at: Values, close: Callable[[], None] | None = None) -> None:
        """The whole panel; an error is a sentence in its place. `close` is what closes it."""
        title = self.title(at)
        text = prose(self.page, self.word if self.text is None else self.text(at))
        with frame(title, text, key=self.key, close=close):
            try:
                if self.controls:
                    draw_row(at, *self.controls, widths=self.widths)
                for shown in _each(self.body(now, at)):
                    shown.draw(title, text)
            except LearnerError as error:
                show_error(error, key=f"error_{self.word}")

    def offer(self, at: Values, open: Callable[[], None]) -> None:
        """The panel while it is closed: its question, its first sentence, and the way in."""
        text = prose(self.page, self.word if self.text is None else self.text(at))
        # One paragraph under the other in one element: a page offers five of these.
        with st.container(
            horizontal=True, vertical_alignment="top", border=True, key=f"closed_{self.word}"
        ):
            st.markdown(f"**{self.title(at)}**\n\n{first_sentence(unmarked(text))}")
            st.button(
                _("Open"), key=f"open_{self.word}", icon=":material/expand_more:",
                on_click=open, help=self.title(at),
            )  # fmt: skip


def first_sentence(text: str) -> str:
    """The first sentence of our own Markdown."""
    # "et al. 2022" ends none.
    return re.split(r"(?<=[.?!])\s(?!\d)", text.strip(), maxsplit=1)[0]


def _each(result: Result) -> Iterator[Shown]:
    if isinstance(result, Shown):
        yield result
    elif result is not None:
        yield from result


def draw_row(at: Values, *params: Param, widths: Sequence[float] | None = None) -> None:
    """Controls in one row."""
    columns = st.columns(list(widths or [1] * len(params)), vertical_alignment="bottom")
    for column, param in zip(columns, params, strict=False):
        with column:
            param.draw(at)


#: All panels by name: ``page/word``.
PANELS: dict[str, Panel] = {}


def panel(
    name: str,
    *,
    title: Callable[[Values], str],
    reads: Sequence[Param] = (),
    controls: Sequence[Param] = (),
    widths: Sequence[float] | None = None,
    text: Callable[[Values], str] | None = None,
    depth: Depth = "first",
    job: str | None = None,
) -> Callable[[Callable[[Current, Values], Result]], Panel]:
    """Make a panel of a function from what there is to what is shown; see `Panel`."""
    page, word = name.split("/")

    def decorate(body: Callable[[Current, Values], Result]) -> Panel:
        all_of_them = dict.fromkeys([*reads, *controls])
        PANELS[name] = Panel(
            page, word, title, body, tuple(all_of_them), tuple(controls),
            None if widths is None else tuple(widths), text, depth, job,
        )  # fmt: skip
        return PANELS[name]

    return decorate
