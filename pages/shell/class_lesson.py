"""A lesson's question, put to the class: its words and options, and what is right, for the room."""

from __future__ import annotations

import re
from html import unescape

from core.language import _
from core.room import Question, RoomError
from core.room.limits import OPTIONS
from core.room.text import ending
from pages.course.asking import Question as Asked
from pages.course.asking import asked_by
from pages.course.place import Place, here
from pages.kit.current import Current
from pages.kit.prose import unmarked

#: What Markdown reads as emphasis or code.
_SIGNS = re.compile(r"\*\*|`")


def open_question(now: Current) -> Asked:
    """The question of the step that is open, or the one that it reveals.

    Raises
    ------
    RoomError
        If no lesson is open, or its step asks nothing.
    """
    place = here()
    asked = None
    if isinstance(place, Place):
        asked = asked_by(now.engine, place.read, place.step, now.text)
    if asked is None:
        raise RoomError(_("No question of a lesson is open."), _("Go to a step that asks one."))
    return asked


def for_class(now: Current, asked: Asked, *, twice: bool = False) -> Question:
    """A lesson's question as a room asks it.

    An order is asked by what comes first, a token among too many by its number, and one that
    is typed in the lesson is typed here.

    Raises
    ------
    RoomError
        If it is no vote.
    """
    options, right = _options(now, asked)
    text, kind = _said(asked.words(asked.section.text)), "choice"
    if asked.ask.type == "order":
        text += " " + _("Which comes first?")
    elif asked.ask.type == "click" and len(options) > OPTIONS:
        text += " " + _("Answer with the number of the token.")
    if asked.found is not None and len(options) not in range(2, OPTIONS + 1):
        truth = asked.found.right
        kind = "token" if asked.ask.type == "token" else "number"
        options, right = (), now.label(truth).strip("␣") if kind == "token" else str(truth)
    elif len(options) < 2:
        raise RoomError(_("This question is no vote."), _("Let each answer it in the lesson."))
    return Question(kind, text, options, prompt=ending(now.text), twice=twice, right=right)


def _options(now: Current, asked: Asked) -> tuple[tuple[str, ...], str]:
    """The answers to choose from, as the class reads them, and the right one; "" if none is."""
    found, kind = asked.found, asked.ask.type
    right = asked.ask.right if found is None else found.right
    labels: dict[object, str] = {}
    if kind == "order" and isinstance(right, list | tuple):
        right = right[0]
    if kind in ("choice", "vote", "order"):
        words = asked.section.options
        labels = {name: _said(asked.words(words[name])) for name in asked.ask.options}
    elif kind == "token" and found is not None:
        labels = {one.answer: one.label for one in found.candidates}
    elif kind == "click":
        labels = {i: f"{label} ({i})" for i, label in enumerate(now.labels)}
    return tuple(labels.values()), labels.get(right, "")


def _said(text: str) -> str:
    """Our Markdown as plain text: the bar of a room reads none."""
    return _SIGNS.sub("", unescape(unmarked(text))).replace("\N{WORD JOINER}", "").strip()
