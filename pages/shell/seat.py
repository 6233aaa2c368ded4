"""A session's place in a room: taken by a link, a code or what the browser remembers."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from core.errors import LearnerError
from core.room.errors import NoSuchRoom, NotYours, RoomError
from core.room.here import ROOMS
from core.room.names import as_code
from pages.kit import address

#: A cookie of the browser's own session, which the bar writes: who reloads, or opens a second tab,
#: is who they were. Nobody reads more from it than that.
COOKIE = "gpt2_room"
#: In the session: the place; the code of a room that is over; why a link led nowhere; whether the
#: browser's memory was looked at.
_SEAT, _OVER, _PROBLEM, _LOOKED = "room_seat", "room_over", "room_problem", "room_looked"


@dataclass(frozen=True)
class Seat:
    """A place in a room.

    Attributes
    ----------
    secret : a member's, or the teacher's key
    """

    code: str
    secret: str
    role: str
    name: str = ""

    @property
    def teaches(self) -> bool:
        return self.role == "teacher"


def seat() -> Seat | None:
    """The session's place; None without one, also when the room is over."""
    kept: Seat | None = st.session_state.get(_SEAT)
    if kept is not None and _is_over(kept):
        st.session_state[_OVER] = kept.code
        del st.session_state[_SEAT]
        return None
    return kept


def _is_over(kept: Seat) -> bool:
    try:
        return ROOMS.role(kept.code, kept.secret) != kept.role
    except RoomError:  # shared rooms that are out of reach: the place may still be there
        return False


def arrive() -> None:
    """Take the place that the address or the browser names; once a whole run."""
    code, key = (next(iter(address.asked(name)), "") for name in ("room", "lead"))
    if code or key:
        address.put("room", [])  # a link that is sent on from here is no invitation
        address.put("lead", [])
        _try(code, key)
    elif not st.session_state.get(_LOOKED) and seat() is None:
        code, secret = _remembered()
        if code and not _sit(code, secret):
            st.session_state[_OVER] = as_code(code)
    st.session_state[_LOOKED] = True


def _try(code: str, key: str) -> None:
    try:
        if key:
            claim(code, key)
        else:
            join(code)
    except LearnerError as error:
        st.session_state[_PROBLEM] = error


def join(code: str) -> None:
    """Sit down in a room, as who one was there before if the browser knows.

    Raises
    ------
    NoSuchRoom, NoPlace
    """
    code, kept = as_code(code), seat()
    if kept is not None and kept.code == code:
        return
    known, secret = _remembered()
    if known == code and _sit(code, secret):
        return
    secret, name = ROOMS.join(code)
    _take(Seat(code, secret, "learner", name))


def claim(code: str, key: str) -> None:
    """Come back as the teacher of a room.

    Raises
    ------
    NoSuchRoom, NotYours
    """
    if not _sit(code, key):
        raise NotYours() if ROOMS.is_open(code) else NoSuchRoom(code)


def open_room() -> None:
    """Open a room and lead it; the one that this session led before is over.

    Raises
    ------
    NoPlace
    """
    leave()
    code, key = ROOMS.open()
    _take(Seat(code, key, "teacher"))


def leave() -> None:
    """Give the place up; with its teacher a room ends."""
    kept = seat()
    if kept is not None and kept.teaches:
        ROOMS.end(kept.code, kept.secret)
    for name in (_SEAT, _OVER, _PROBLEM):
        st.session_state.pop(name, None)


def over() -> str:
    """The code of a room that this session was in and that is over; "" for none."""
    return st.session_state.get(_OVER, "")


def problem() -> LearnerError | None:
    """Why a link led into no room."""
    return st.session_state.get(_PROBLEM)


def forget() -> None:
    """The person has read what was said about a room."""
    st.session_state.pop(_OVER, None)
    st.session_state.pop(_PROBLEM, None)


def _remembered() -> tuple[str, str]:
    """The room and the secret that the browser keeps, as it did when this session began."""
    kept = st.context.cookies.get(COOKIE)
    code, _dot, secret = kept.partition(".") if isinstance(kept, str) else ("", "", "")
    return code, secret


def _sit(code: str, secret: str) -> bool:
    """Take a place that somebody had, by its secret."""
    role = ROOMS.role(code, secret) if secret else ""
    if role == "learner":
        _take(Seat(as_code(code), secret, role, ROOMS.join(code, secret)[1]))
    elif role == "teacher":
        _take(Seat(as_code(code), secret, role))
    return bool(role)


def _take(seat: Seat) -> None:
    st.session_state[_SEAT] = seat
    forget()
