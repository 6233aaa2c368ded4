"""Work that a panel starts and that goes on in the background: one job a name, in the session."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import streamlit as st

from core.engine.jobs import Job
from core.errors import LearnerError
from core.language import _
from core.turns import TURNS
from pages.kit.error import show_error

#: Seconds between two looks at work that goes on, where nobody waits and where many do; and how
#: many scripts that wait make it twice as long.
OFTEN, SELDOM, MANY = 0.25, 0.9, 3
#: Seconds that a click waits for the first result.
FIRST = 0.2


def kept(name: str) -> dict[str, Any] | None:
    """What a panel worked on last: ``["job"]`` and all that was said about it at its start."""
    return st.session_state.get(name)


def is_running(name: str) -> bool:
    work = kept(name)
    return work is not None and not work["job"].done


def pace(name: str, so_far: float | None) -> float | None:
    """Seconds between two looks at a panel's work, None once it has ended.

    Where many scripts wait for their turn each looks less often: thirty texts looked at four times
    a second would take all that a core can draw, and whoever begins would wait for those who read.

    Parameters
    ----------
    so_far : the seconds of now, kept while others are not much better; None before the first look
    """
    if not is_running(name):
        return None
    wanted = min(SELDOM, OFTEN * (1 + TURNS.n_waiting / MANY))
    return so_far if so_far is not None and abs(wanted - so_far) < OFTEN else wanted


def wait_for_first(name: str) -> None:
    """Wait a moment for the first result: drawn with the click it is there before any look."""
    work = kept(name)
    if work is not None:
        with TURNS.given_up():
            work["job"].wait_for_first(FIRST)


def start(name: str, work: Callable[[], Iterator], **about: Any) -> None:
    """Start work in the background; what the panel worked on before is stopped."""
    stop(name)
    st.session_state[name] = {"job": Job(work()), **about}


def start_by_itself(name: str, work: Callable[[], Iterator], **about: Any) -> None:
    """Start work that no button starts; from now on the panel looks again and again."""
    start(name, work, **about)
    st.rerun()


def stop(name: str) -> None:
    work = kept(name)
    if work is not None:
        work["job"].stop()


def forget(name: str) -> None:
    """Stop a panel's work and forget what it made."""
    stop(name)
    st.session_state.pop(name, None)


def failed(job: Job) -> bool:
    """Show what went wrong, if anything did."""
    if job.error is None:
        return False
    if not isinstance(job.error, LearnerError):
        raise job.error
    show_error(job.error)
    return True


def start_and_stop(name: str, title: str, begin: Callable[..., None], *args: Any) -> None:
    """Both buttons, always in the same place: a click never meets one that has just moved."""
    running = is_running(name)
    with st.container(horizontal=True, gap="small"):
        st.button(
            title, key=f"start_{name}", type="primary", icon=":material/play_arrow:",
            on_click=begin, args=args, disabled=running, width="stretch",
        )  # fmt: skip
        st.button(
            _("Stop"), key=f"stop_{name}", icon=":material/stop:", on_click=stop, args=(name,),
            disabled=not running, width="stretch",
        )  # fmt: skip
