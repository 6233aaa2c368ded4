"""The page of a room: open one, join one; for its teacher link, code, game, hunt, hand-out."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

import streamlit as st

from core.errors import LearnerError
from core.language import _
from core.room import RoomError, as_csv
from core.room.handout import as_page
from core.room.here import ROOMS
from core.room.limits import LONGEST_TEXT
from core.room.links import link, network_address, only_here, qr
from core.room.names import CODE_LENGTH
from pages.kit.error import show_error
from pages.kit.prose import prose
from pages.kit.words import plain
from pages.shell import class_asks, seat
from pages.shell.examples import DEFAULT_PROMPT
from pages.shell.journey import room_stop
from pages.shell.seat import Seat
from pages.shell.session import header

#: A text that no prompt of ours is: the class and the model begin level.
_TEXT = (
    "There was once a poor miller who had three sons. When he died, the eldest took the mill, the"
    " second took the donkey, and the youngest got nothing but the cat. He sat down by the road and"
    " began to cry. The cat looked at him and said that he should not be sad."
)
_FAILED = "room_failed"


def show_room() -> None:
    """Run the page."""
    header(room_stop().name)
    mine = seat.seat()
    if mine is None:
        _enter()
    elif mine.teaches:
        _lead(mine)
    else:
        st.markdown(
            _("You are in room **{code}** as **{name}**.").format(
                code=mine.code, name=plain(mine.name)
            )
            + " "
            + _("The bar at the foot of the page has the question; look around meanwhile.")
        )
    failed = st.session_state.pop(_FAILED, None)
    if failed is not None:
        show_error(failed, key="room_failed")
    st.caption(prose("room", "privacy"))
    with st.expander(_("Privacy, for teachers"), icon=":material/shield:"):
        st.markdown(prose("room", "for_teachers"))


def _enter() -> None:
    join, lead = st.columns(2, gap="large")
    with join.container(border=True, key="room_join"):
        st.subheader(_("Join a room"), anchor=False)
        st.markdown(prose("room", "join"))
        with st.form("room_join_form", border=False):
            st.text_input(_("Code"), key="room_code", max_chars=12, placeholder="BCDF")
            st.form_submit_button(_("Join"), type="primary", on_click=partial(_try, _join))
    with lead.container(border=True, key="room_lead"):
        st.subheader(_("Lead a class"), anchor=False)
        st.markdown(prose("room", "lead"))
        st.button(
            _("Open a room"), key="room_open", type="primary", icon=":material/groups:",
            on_click=partial(_try, seat.open_room),
        )  # fmt: skip


def _join() -> None:
    typed = st.session_state.get("room_code", "").strip()
    if len(typed) < CODE_LENGTH:
        raise RoomError(_("A code has four letters."), _("Type those on the big screen."))
    seat.join(typed)


def _try(does: Callable[[], None]) -> None:
    """A callback whose mistakes are told on the page."""
    try:
        does()
    except LearnerError as error:
        st.session_state[_FAILED] = error


def _lead(mine: Seat) -> None:
    here, there = st.columns([2, 3], gap="large")
    with here.container(border=True, key="room_invite"):
        _invite(mine)
    with there:
        with st.container(border=True, key="room_game"):
            _game(mine)
        with st.container(border=True, key="room_hunt"):
            st.subheader(_("Head hunt"), anchor=False)
            st.markdown(prose("room", "hunt"))
            st.button(
                _("Share out the heads"), key="room_begin_hunt", icon=":material/search:",
                on_click=partial(_try, partial(class_asks.begin_hunt, mine)),
            )  # fmt: skip
        _end(mine)


def _invite(mine: Seat) -> None:
    url = st.context.url or ""
    found = link(url, room_stop().name, mine.code, network_address())
    picture = base64.b64encode(qr(found).encode()).decode()
    st.title(mine.code, anchor=False)
    st.image(f"data:image/svg+xml;base64,{picture}", width=300)
    st.code(found, language=None, wrap_lines=True)
    if only_here(url):
        st.caption(
            _(
                "The link leads to this computer's address in its network. If others do not reach"
                " it, a firewall or the Wi-Fi keeps devices apart."
            )
        )
    with st.expander(_("To lead from another device")):
        st.markdown(_("Who opens this link leads the room: show it to nobody."))
        st.code(f"{found}&lead={mine.secret}", language=None, wrap_lines=True)


def _game(mine: Seat) -> None:
    st.subheader(_("Beat the model"), anchor=False)
    st.markdown(prose("room", "game"))
    text = st.text_area(
        _("Text"), _TEXT, key="room_game_text", max_chars=LONGEST_TEXT, height=120,
        persist_state="session",
    )  # fmt: skip
    st.button(
        _("Begin the game"), key="room_begin_game", icon=":material/play_arrow:",
        on_click=partial(_try, partial(class_asks.begin_game, mine, text or DEFAULT_PROMPT)),
    )  # fmt: skip


def _end(mine: Seat) -> None:
    """What can be taken away, and the end of the room."""
    title = _("Questions and answers")

    def page(answers: bool) -> str:
        return as_page(title, ROOMS.results(mine.code, mine.secret), answers=answers)

    def table() -> str:
        return as_csv(ROOMS.results(mine.code, mine.secret))

    files = (
        ("results", _("Results to print"), "html", partial(page, True)),
        ("worksheet", _("Worksheet to print"), "html", partial(page, False)),
        ("table", _("Results as CSV"), "csv", table),
    )
    with st.container(horizontal=True, key="room_files"):
        for name, words, ending, data in files:
            st.download_button(
                words, data=data, file_name=f"gpt2-class-{name}.{ending}", mime=f"text/{ending}",
                key=f"room_{name}", on_click="ignore", icon=":material/download:",
            )  # fmt: skip
        with st.popover(_("End the room"), icon=":material/logout:"):
            st.markdown(_("All answers are forgotten. Take away first what you want to keep."))
            st.button(_("End it now"), key="room_end", on_click=seat.leave)
