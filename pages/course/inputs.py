"""How a question is answered: one control for each kind. What is chosen is not yet the answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from core.language import _
from pages.course.asking import Question
from pages.course.lesson import AskType
from pages.kit.current import Current
from pages.kit.words import plain

#: Tokens of the prompt that can be clicked; of a longer one the last so many.
MOST_TOKENS = 120
#: Characters of a typed answer.
LONGEST_ANSWER = 60


def draw(now: Current, question: Question, key: str, before: Any) -> Any:
    """Draw the control of a question; returns what is chosen, None while nothing is.

    Parameters
    ----------
    key : unique for the step and its prompt
    before : the answer that was given before, or None
    """
    if question.ask.type == "token" and question.ask.typed:
        return _typed(now, key, before)
    return _CONTROLS[question.ask.type](now, question, key, before)


def _options(now: Current, question: Question, key: str, before: Any) -> Any:
    names = list(question.ask.options)
    said = {name: question.words(text) for name, text in question.section.options.items()}
    return _radio(names, said.__getitem__, key, before)


def _radio(options: list, said: Callable[[Any], str], key: str, before: Any) -> Any:
    index = options.index(before) if before in options else None
    return st.radio(
        _("Your answer"), options, index=index, format_func=said, key=key,
        label_visibility="collapsed",
    )  # fmt: skip


def _candidates(now: Current, question: Question, key: str, before: Any) -> Any:
    found = question.found
    assert found is not None
    labels = {one.answer: f"“{plain(one.label)}”" for one in found.candidates}
    return _radio(list(labels), labels.__getitem__, key, before)


def _number(now: Current, question: Question, key: str, before: Any) -> Any:
    whole = question.found is not None and isinstance(question.found.right, int)
    step = {"step": 1, "format": "%d"} if whole else {"step": None}
    return st.number_input(
        _("Your number"), min_value=0 if whole else None, key=key, width=240,
        value=before if _is_number(before, whole=whole) else None,
        placeholder=_("A guess is fine"), **step,
    )  # fmt: skip


def _is_number(before: Any, *, whole: bool) -> bool:
    """Whether it can stand in the field; what a browser kept may be anything."""
    if whole:
        return type(before) is int and before >= 0
    return type(before) is float


def _click(now: Current, question: Question, key: str, before: Any) -> Any:
    positions = list(range(len(now.tokens)))[-MOST_TOKENS:]
    return st.pills(
        _("Choose a token"), positions, format_func=partial(_label, now), key=key,
        default=before if before in positions else None,
    )  # fmt: skip


def _label(now: Current, position: int) -> str:
    return plain(now.labels[position])


def _order(now: Current, question: Question, key: str, before: Any) -> Any:
    said = {name: question.words(text) for name, text in question.section.options.items()}
    names = list(question.ask.options)
    chosen = st.multiselect(
        _("Choose them in order, the first one first"), names, format_func=said.__getitem__,
        default=_known(before, names), key=key, placeholder=_("First, then the next …"),
    )  # fmt: skip
    return tuple(chosen) if len(chosen) == len(names) else None


def _known(before: Any, names: list[str]) -> list[str]:
    return [name for name in before if name in names] if isinstance(before, list) else []


def _typed(now: Current, key: str, before: Any) -> Any:
    text = st.text_input(
        _("Type the next word"), value=before if isinstance(before, str) else "", key=key,
        width=320, max_chars=LONGEST_ANSWER, placeholder=_("One word"),
    )  # fmt: skip
    return text.strip() or None


_CONTROLS: dict[AskType, Callable[[Current, Question, str, Any], Any]] = {
    "choice": _options,
    "vote": _options,
    "token": _candidates,
    "number": _number,
    "click": _click,
    "order": _order,
}
