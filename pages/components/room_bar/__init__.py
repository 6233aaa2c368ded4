"""The bar of a room, for a learner and for the teacher: question, answer, result, follow me.

It asks the server for the room's state once a second and draws with textContent. Where the server
does not serve that (`core.room.here.is_served`), a fragment hands the state over instead, and what
is done in the bar comes back as `asked`.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from core.language import _
from pages.components.shared.declare import component
from pages.components.shared.pick import unwatched

_component = component(Path(__file__).parent)


def room_bar(
    seat: Mapping[str, str],
    *,
    key: str,
    language: str,
    pages: Mapping[str, str],
    state: Mapping[str, Any] | None = None,
    over: str = "",
    went: int = 0,
    fixed: bool = False,
) -> dict[str, Any]:
    """Draw the bar; returns what was asked for in it, ``{"what": …}``, or nothing.

    Parameters
    ----------
    seat : code, secret, role and name
    key : unique on the page
    language : in which the server says its numbers
    pages : title of each page, by the name that its address has
    state : of the room, where the browser cannot ask for it itself
    over : the code of a room that is no more; the bar says so
    went : the number of the place that the session was led to last
    fixed : whether what is drawn takes it that the teacher has locked prompt and model
    """
    data = {
        "seat": dict(seat),
        "language": language,
        "pages": dict(pages),
        "state": None if state is None else dict(state),
        "over": over,
        "went": went,
        "fixed": fixed,
        "words": _words() | _words_of_results() | _words_of_teacher() | _words_of_asking(),
    }
    asked = _component(key=key, data=data, on_asked_change=unwatched).asked
    return asked if isinstance(asked, dict) else {}


def _words() -> dict[str, str]:
    return {
        "room": _("Room"),
        "you": _("You are {name}"),
        "lost": _("No connection to the room. It is tried again every second."),
        "over": _("Room {code} is over: it ended, or the server was started anew."),
        "anew": _("To the class room"),
        "close": _("Close"),
        "leave": _("Leave"),
        "fold": _("Fold the bar"),
        "unfold": _("Unfold the bar"),
        "wait": _("Wait for the teacher’s first question."),
        "send": _("Send"),
        "answer": _("Your answer"),
        "next": _("What comes next?"),
        "next_hint": _("A word, or a part of one"),
        "taken": _("Your answer: {answer}. You can change it until the vote ends."),
        "talk": _("Talk to your neighbour: why is your answer right?"),
        "again": _("Vote again."),
    }


def _words_of_results() -> dict[str, str]:
    return {
        "first": _("First vote"),
        "second": _("Second vote"),
        "class": _("Class"),
        "model": _("Model"),
        "right": _("right"),
        "answers": _("answers: {n}"),
        "hidden": _("not shown: {n}"),
        "try": _("Switch off {head}"),
        "tries": _("Which head matters most? {n} of {of} are tried."),
        "tried": _("All heads are tried."),
        "score": _("Words guessed: {n}. Class {class}, model {model}."),
        "score_note": _("Less surprise is better."),
        "points": _("You saved {bits}."),
        "class_at": _("The class is at: {page}"),
        "go": _("Go there"),
        "following": _("You follow the teacher."),
    }


def _words_of_teacher() -> dict[str, str]:
    return {
        "here": _("{n} here"),
        "answered": _("{n} answered"),
        "follow": _("Follow me"),
        "follow_help": _("Take everybody to the page that you look at"),
        "to_talk": _("End the vote: talk"),
        "to_again": _("Vote again"),
        "to_reveal": _("Reveal"),
        "reveal_now": _("Reveal now"),
        "done": _("Done"),
        "next_token": _("Next word"),
        "names": _("Names on the scoreboard"),
        "lock": _("Lock prompts"),
        "lock_help": _("Learners keep the model and choose among the examples"),
    }


def _words_of_asking() -> dict[str, str]:
    return {
        "ask": _("Ask the class"),
        "lesson": _("The lesson’s question"),
        "question": _("Question"),
        "options": _("Answers to choose from, with | between them"),
        "twice": _("Vote twice: vote, talk, vote again"),
        "hands": _("Yes or no"),
        "choice": _("Choice"),
        "number": _("Number"),
        "word": _("A word"),
        "yes": _("Yes"),
        "no": _("No"),
        "look": _("Look through what was typed ({n})"),
        "look_note": _("On this screen only, until you show them."),
        "show": _("Show those that are ticked"),
    }
