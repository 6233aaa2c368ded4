"""The order of the pages, and what every page ends with: the way on and its notebook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core import cache
from core.language import _, bound
from core.model.archive import zipped
from core.model.catalogue import STORYTELLER
from core.recipes.notebook import notebook
from pages.kit.current import Current
from pages.kit.memory import Memory
from pages.kit.python_box import boxes

#: The pages of this run by name, as the navigation has them.
PAGES = Memory[dict[str, Any]]("navigation_pages", {})


@dataclass(frozen=True)
class Stop:
    """A page of the journey; `name` is its file, its URL and its prose."""

    name: str
    title: str
    question: str
    icon: str

    @property
    def file(self) -> str:
        return f"pages/{self.name}.py"

    def link(self, label: str) -> None:
        """A link to it, also while something else stands for all pages and no file is one."""
        page = PAGES.get().get(self.name, self.file)
        st.page_link(page, label=label, icon=self.icon)


#: Name, title, question, icon, in the order of the model's own work.
_STOPS: tuple[tuple[str, Callable[[], str], Callable[[], str], str], ...] = (
    (
        "overview",
        lambda: _("Overview"),
        lambda: _("What happens between your text and the next word?"),
        "map",
    ),
    (
        "tokenizer",
        lambda: _("Tokenizer"),
        lambda: _("How does text become numbers?"),
        "content_cut",
    ),
    (
        "embeddings",
        lambda: _("Embeddings"),
        lambda: _("What does a token mean to the model?"),
        "scatter_plot",
    ),
    (
        "attention",
        lambda: _("Attention"),
        lambda: _("Which earlier words does each word look at?"),
        "visibility",
    ),
    (
        "layers",
        lambda: _("Layers"),
        lambda: _("When does the model make up its mind?"),
        "layers",
    ),
    (
        "compare",
        lambda: _("Compare"),
        lambda: _("Where does the difference sit?"),
        "compare_arrows",
    ),
    ("sampling", lambda: _("Sampling"), lambda: _("How is the next word chosen?"), "casino"),
)


def stops() -> list[Stop]:
    """The pages in the order of the model's own work, titles in the session's language."""
    return [
        Stop(name, title(), question(), f":material/{icon}:")
        for name, title, question, icon in _STOPS
    ]


def glossary_stop() -> Stop:
    """The page beside the journey: the terms of the field. It needs no model."""
    return Stop("glossary", _("Glossary"), _("What do the words mean?"), ":material/menu_book:")


def course_stop() -> Stop:
    """The page before the journey: lessons that lead through it."""
    return Stop("lessons", _("Lessons"), _("How does a language model work?"), ":material/school:")


def room_stop() -> Stop:
    """The page beside the journey where a class comes together. It needs no model."""
    return Stop("room", _("Classroom"), _("One question for the whole class"), ":material/groups:")


def beside() -> list[Stop]:
    """The pages beside the journey; a host may have no rooms."""
    rooms = [room_stop()] if cache.settings().rooms else []
    return [course_stop(), glossary_stop(), *rooms]


def footer(name: str, now: Current | None = None) -> None:
    """Previous and next stage, and what can be taken away: the page's boxes, the model."""
    journey = stops()
    at = next(i for i, stop in enumerate(journey) if stop.name == name)
    before, middle, after = st.columns([1, 3, 1], vertical_alignment="center")
    if at > 0:
        previous = journey[at - 1]
        before.page_link(previous.file, label="← " + previous.title, width="stretch")
    with middle.container(horizontal=True, horizontal_alignment="center"):
        _take_away(journey[at], now)
    if at + 1 < len(journey):
        following = journey[at + 1]
        after.page_link(following.file, label=following.title + " →", width="stretch")


def _take_away(stop: Stop, now: Current | None) -> None:
    recipes = list(boxes().values())
    common: dict[str, Any] = {"on_click": "ignore", "icon": ":material/download:"}
    if recipes:
        st.download_button(
            _("Python as a notebook"),
            data=bound(lambda: notebook(stop.title, recipes)),
            file_name=f"gpt2-{stop.name}.ipynb",
            mime="application/x-ipynb+json",
            key=f"notebook_{stop.name}",
            **common,
        )
    if now is not None and now.engine.key == STORYTELLER.name:
        st.download_button(
            _("The model as a download"),
            data=lambda: zipped(STORYTELLER),
            file_name=f"{STORYTELLER.name}.zip",
            mime="application/zip",
            key=f"model_{stop.name}",
            help=_("The checkpoint that ships with the app, for the Python boxes elsewhere."),
            **common,
        )
