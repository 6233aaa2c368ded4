"""Whether prompts come from what stands ready alone: by the host's setting, or a room's teacher.

The host's is kept whatever a visitor sends. The teacher's is an agreement of a class: fields and
menus are put away until it ends.
"""

from __future__ import annotations

import streamlit as st

from core import cache
from core.language import _
from core.room.errors import RoomError
from core.room.here import ROOMS
from pages.shell import seat

#: In the session: what the teacher wants, as it was when the run began.
_FIXED = "room_fixed"


def look() -> None:
    """Ask the room once a run: all that is drawn in it goes by the same answer."""
    mine = seat.seat()
    try:
        fixed = mine is not None and not mine.teaches and ROOMS.is_fixed(mine.code)
    except RoomError:  # shared rooms that are out of reach
        return
    st.session_state[_FIXED] = fixed


def by_teacher() -> bool:
    """Whether this session is a learner's whose class keeps to its prompt and model."""
    return st.session_state.get(_FIXED, False)


def prompt_is_locked() -> bool:
    return cache.settings().lock_prompt or by_teacher()


def said() -> str:
    """Why there is no field, and what can be done."""
    if by_teacher():
        return _(
            "Your teacher has locked the prompt: choose one of the examples, or follow the class."
        )
    return _("The prompt is locked here: choose one of the examples, or follow a lesson.")
