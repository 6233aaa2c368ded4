"""What a script says goes to its browser many messages at a time, not one by one.

A page is a hundred messages. Streamlit hands each of them from the script's thread to the server's
loop with a call of its own, and the loop sends each with a turn of its own: twice a hundred times
two threads hand Python's lock over and wait for it. In a class that was a tenth of all that the
server did. Here a script lays its messages down, the loop takes what lies there when it looks next,
as it does every few milliseconds, and sends it in one go.

Nothing of Streamlit is imported here: `core.private` says which of its classes this is about.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import partial, wraps
from typing import Any

#: Where a session keeps what its scripts have laid down, in order: who says it, and a message or,
#: instead of one, what else is told.
_LAID = "_gpt2_hood_laid_down"
#: Messages sent in one go: Streamlit takes a browser for lost that is 500 behind.
MOST = 100


class Bundle(list):
    """Messages of one session that are sent together."""


def gather(session: Any, runtime: Any, message: Any) -> None:
    """Let the sessions of a server gather what their scripts say.

    Parameters
    ----------
    session, runtime : Streamlit's classes of a session and of a server
    message : the event by which a script's thread tells of a message
    """
    # In this order: a server may be at work already, and must be able to send what it is given.
    runtime._send_message = _one_by_one(_own(runtime._send_message))
    session.flush_browser_queue = _bundled(_own(session.flush_browser_queue))
    session.request_rerun = _heard_first(_own(session.request_rerun))
    session._on_scriptrunner_event = _laid_down(_own(session._on_scriptrunner_event), message)


def _own(function: Callable) -> Callable:
    """Streamlit's own, where `gather` was here already."""
    return getattr(function, "__wrapped__", function)


def _laid_down(told: Callable[..., None], message: Any) -> Callable[..., None]:
    """A script's thread tells of something: it is laid down behind what it told before."""

    @wraps(told)
    def event(self: Any, sender: Any, event: Any, forward_msg: Any = None, **more: Any) -> None:
        laid = self.__dict__.setdefault(_LAID, deque())
        if event is message:
            laid.append((sender, forward_msg, None))
            if self._message_enqueued_callback:
                self._message_enqueued_callback()
            return
        # Such as that it begins, which empties the session's queue, or has ended.
        handle = self._handle_scriptrunner_event_on_event_loop
        laid.append((sender, None, partial(handle, sender, event, forward_msg, **more)))
        self._call_soon_on_event_loop(partial(_next_event, self))

    return event


def _bundled(flush: Callable[..., list]) -> Callable[..., list]:
    @wraps(flush)
    def all_at_once(self: Any) -> list:
        _take_up(self)
        messages = flush(self)
        return [Bundle(messages[i : i + MOST]) for i in range(0, len(messages), MOST)]

    return all_at_once


def _heard_first(ask: Callable[..., None]) -> Callable[..., None]:
    """What lies there is the session's: the run that is asked for may make its script another."""

    @wraps(ask)
    def after_it(self: Any, *asked: Any) -> None:
        _take_up(self)
        ask(self, *asked)

    return after_it


def _one_by_one(send: Callable[..., None]) -> Callable[..., None]:
    @wraps(send)
    def unpacked(self: Any, to: Any, message: Any) -> None:
        for one in message if isinstance(message, Bundle) else (message,):
            send(self, to, one)

    return unpacked


def _next_event(session: Any) -> None:
    """What is told beside messages, each in its own turn of the loop, as it was laid down."""
    _take_up(session)
    _sender, _message, handle = session.__dict__[_LAID].popleft()
    handle()


def _take_up(session: Any) -> None:
    """Let a session queue the messages that lie before the next event.

    Of a script that is not its own any more it queues none, as Streamlit does not either.
    """
    laid = session.__dict__.get(_LAID)
    while laid and laid[0][1] is not None:
        sender, message, _handle = laid.popleft()
        if sender is session._scriptrunner:
            session._browser_queue.enqueue(message)
