"""The bar of a room, on every page of whoever is in one; and what is asked for in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import streamlit as st

from core.errors import LearnerError
from core.language import _, current_language
from core.room import NoSuchRoom, NotYours, RoomError
from core.room.deeds import do
from core.room.here import ROOMS, is_served
from core.room.places import is_place, parts
from pages.components.room_bar import room_bar
from pages.kit import address
from pages.kit.error import show_error
from pages.kit.fragment import fragment
from pages.kit.memory import Memory
from pages.shell import class_asks, locked, seat
from pages.shell.journey import beside, stops
from pages.shell.seat import Seat

CSS = Path(__file__).parent / "class_bar.css"
#: Seconds between two looks where the browser cannot look itself.
_EVERY = 2.0
_WRONG = "room_wrong"
_WENT = Memory[int]("room_went", 0)


def draw() -> None:
    """The bar, for who is in a room; a sentence, for who cannot be."""
    seat.arrive()
    problem = seat.problem()
    if problem is not None:
        _say(problem)
    mine, over = seat.seat(), seat.over()
    if mine is None and not over:
        return
    if mine is not None and mine.teaches:
        ROOMS.keep(mine.code, mine.secret, address.put_aside() or "")
    st.html(CSS)
    with st.container(key="room_bar"):
        if mine is None or is_served():
            _one(mine, over)
        else:
            fragment(_one, run_every=_EVERY)(mine, "")
    wrong = st.session_state.pop(_WRONG, None)
    if wrong is not None:
        show_error(wrong, key="room_wrong")


def _say(problem: LearnerError) -> None:
    with st.container(horizontal=True, vertical_alignment="center", key="room_problem"):
        show_error(problem, key="room_problem_box")
        st.button(_("Close"), key="close_room_problem", on_click=seat.forget)


def _one(mine: Seat | None, over: str) -> None:
    """One look at the bar; does what was asked for in it."""
    state = None
    if mine is not None and not is_served():
        try:
            state = ROOMS.state(mine.code, mine.secret)
        except (NoSuchRoom, NotYours):  # it ended meanwhile
            st.rerun()
        except RoomError as error:  # shared rooms that are out of reach
            st.session_state[_WRONG] = error
    asked = room_bar(
        {} if mine is None else asdict(mine),
        key="room_bar_part",
        language=current_language.get(),
        pages={"": stops()[0].title} | {s.name: s.title for s in [*stops(), *beside()]},
        state=state,
        over=over,
        went=_WENT.get(),
        fixed=locked.by_teacher(),
    )
    if asked:
        _do(mine, asked)


def _do(mine: Seat | None, asked: Mapping[str, Any]) -> None:
    """What was asked for: for all what concerns the session, else by whose seat it is."""
    anyone: dict[str, Callable[[], None]] = {
        "over": st.rerun, "look": st.rerun, "forget": _forget, "leave": _leave, "anew": _anew,
    }  # fmt: skip
    what = str(asked.get("what"))
    if what in anyone:
        anyone[what]()
    if mine is None:
        return
    try:
        if what == "go":
            _go(mine, str(asked.get("place", "")), asked.get("number"))
        elif what == "try":
            class_asks.try_head(mine)
        elif what == "next" and mine.teaches:
            class_asks.what_comes_next(mine, twice=asked.get("twice") is True)
        elif what == "lesson" and mine.teaches:
            class_asks.ask_lesson(mine, twice=asked.get("twice") is True)
        elif what == "game" and mine.teaches:
            class_asks.next_of_game(mine)
        else:
            _by_script(mine, what, asked.get("body"))
    except LearnerError as error:
        st.session_state[_WRONG] = error


def _by_script(mine: Seat, what: object, body: object) -> None:
    """A vote or a deed where the browser cannot send it itself."""
    if not isinstance(body, dict):
        return
    try:
        if what == "vote":
            ROOMS.vote(mine.code, mine.secret, int(body["question"]), body.get("answer"))
        elif what == "teach":
            do(ROOMS, mine.code, mine.secret, body)
    except (ValueError, TypeError, KeyError):
        return
    st.rerun(scope="fragment")


def _forget() -> None:
    seat.forget()
    st.rerun()


def _leave() -> None:
    seat.leave()
    st.rerun()


def _anew() -> None:
    seat.forget()
    address.go("room")


def _go(mine: Seat, place: str, number: object) -> None:
    """To where the teacher is; only to pages of this app."""
    page, asked = parts(place) if is_place(place) else ("", {})
    _WENT.set(number if isinstance(number, int) else 0)
    known = {stop.name for stop in [*stops(), *beside()]}
    if page in known or not page:
        address.follow(page or stops()[0].name, asked, text=ROOMS.text(mine.code) or None)
