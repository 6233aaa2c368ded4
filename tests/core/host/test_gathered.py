"""What scripts say is gathered, in its order, and nothing of it is lost."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.runtime.app_session import AppSession
from streamlit.runtime.runtime import Runtime
from streamlit.web.server.starlette.starlette_server_config import WEBSOCKET_MAX_SEND_QUEUE_SIZE

from core.host.gathered import MOST, Bundle, gather

MESSAGE, STARTED, ENDED = "message", "started", "ended"


class Queue(list):
    """A session's queue."""

    enqueue = list.append

    def flush(self) -> list:
        taken, self[:] = [*self], []
        return taken


def made() -> tuple[type, type, list[Callable[[], None]], list]:
    """Classes as Streamlit's are, what waits for the loop, and what reached a browser."""
    waiting: list[Callable[[], None]] = []
    sent: list = []

    class Session:
        def __init__(self, script: object) -> None:
            self._scriptrunner, self._browser_queue, self.woken = script, Queue(), 0

        def _message_enqueued_callback(self) -> None:
            self.woken += 1

        def _on_scriptrunner_event(self, *_told: object) -> None:
            raise AssertionError("Streamlit's own way, one call of the loop for each message")

        def _call_soon_on_event_loop(self, call: Callable[[], None]) -> None:
            waiting.append(call)

        def _handle_scriptrunner_event_on_event_loop(
            self, sender: object, event: str, forward_msg: object = None, **more: object
        ) -> None:
            if sender is not self._scriptrunner:
                return
            if event == STARTED:  # what an older run has said is of no use
                self._browser_queue.clear()
            self._browser_queue.enqueue((event, *more.values()))

        def flush_browser_queue(self) -> list:
            return self._browser_queue.flush()

        def request_rerun(self, script: object) -> None:
            self._scriptrunner = script

    class Server:
        def _send_message(self, to: object, message: object) -> None:
            sent.append((to, message))

    return Session, Server, waiting, sent


def begin(script: object = "script") -> SimpleNamespace:
    """A server whose sessions gather, with one session."""
    session_class, server_class, waiting, sent = made()
    gather(session_class, server_class, MESSAGE)
    session, server = session_class(script), server_class()

    def look() -> None:
        """A look of the server's loop at what there is to send."""
        for message in session.flush_browser_queue():
            server._send_message("browser", message)

    def turn() -> None:
        """The loop comes to what waits for it."""
        while waiting:
            waiting.pop(0)()

    say = lambda text, by="script": session._on_scriptrunner_event(by, MESSAGE, text)  # noqa: E731
    tell = lambda event, by="script", **more: session._on_scriptrunner_event(by, event, **more)  # noqa: E731
    told = lambda: [message for _to, message in sent]  # noqa: E731
    return SimpleNamespace(
        session=session, classes=(session_class, server_class), look=look, turn=turn, say=say,
        tell=tell, told=told, waiting=waiting,
    )  # fmt: skip


def test_messages_come_in_one_go_and_wake_the_loop_without_a_call_each() -> None:
    one = begin()
    for text in "abc":
        one.say(text)
    assert (one.session.woken, one.waiting) == (3, [])
    found = one.session.flush_browser_queue()
    assert found == [["a", "b", "c"]]
    assert isinstance(found[0], Bundle)
    assert one.session.flush_browser_queue() == []


def test_more_than_a_browser_may_be_behind_goes_in_several_goes() -> None:
    """Between two of them the loop lets the sender send."""
    assert 2 * MOST < WEBSOCKET_MAX_SEND_QUEUE_SIZE
    one, said = begin(), list(range(2 * MOST + 1))
    for number in said:
        one.say(number)
    found = one.session.flush_browser_queue()
    assert [len(bundle) for bundle in found] == [MOST, MOST, 1]
    assert [number for bundle in found for number in bundle] == said


def test_a_run_that_begins_takes_none_of_its_own_messages_away() -> None:
    """It tells that it begins, and says its first words before the loop has heard of it."""
    one = begin()
    one.say("old")
    one.tell(STARTED, page="p")
    one.say("new")
    one.look()  # the loop looks before it comes to what waits
    assert one.told() == ["old"]
    one.turn()
    one.tell(ENDED)
    one.say("late")
    one.look()
    assert one.told() == ["old", (STARTED, "p"), "new"]
    one.turn()
    one.look()
    assert one.told() == ["old", (STARTED, "p"), "new", (ENDED,), "late"]


def test_what_an_older_run_had_said_goes_when_a_new_one_begins() -> None:
    one = begin()
    one.say("old")
    one.tell(STARTED)
    one.say("new")
    one.turn()
    one.look()
    assert one.told() == [(STARTED,), "new"]


def test_a_script_that_is_not_the_sessions_any_more_is_not_heard() -> None:
    one = begin()
    one.say("a", by="another")
    one.say("b")
    one.tell(ENDED, by="another")
    one.turn()
    one.look()
    assert one.told() == ["b"]


def test_what_it_had_said_before_it_was_replaced_is_heard() -> None:
    """A part of a page that runs anew keeps the rest of the page, which must be there."""
    one = begin()
    one.say("a")
    one.session.request_rerun("another")
    one.say("late")
    one.say("b", by="another")
    one.look()
    assert one.told() == ["a", "b"]


def test_what_fails_takes_nothing_else_with_it() -> None:
    one = begin()

    def fails(*_told: object, **_more: object) -> None:
        raise ZeroDivisionError

    one.say("a")
    one.session._handle_scriptrunner_event_on_event_loop = fails
    one.tell(ENDED)
    one.say("b")
    with pytest.raises(ZeroDivisionError):
        one.turn()
    one.look()
    assert one.told() == ["a", "b"]


@given(st.lists(st.sampled_from(["say", "tell", "look", "turn"])))
def test_nothing_is_lost_and_nothing_overtakes(steps: list[str]) -> None:
    """Whatever a script says and whenever the loop comes: all of it arrives as it was said."""
    one, said = begin(), []
    for number, step in enumerate(steps):
        if step == "say":
            one.say(number)
            said.append(number)
        elif step == "tell":
            one.tell(ENDED, number=number)
            said.append((ENDED, number))
        else:
            getattr(one, step)()
    one.turn()
    one.look()
    assert one.told() == said


def test_to_gather_twice_is_to_gather_once() -> None:
    one = begin()
    gather(*one.classes, MESSAGE)
    one.say("a")
    assert one.session.flush_browser_queue() == [["a"]]


def test_other_messages_are_sent_as_they_are() -> None:
    _session, server_class, _waiting, sent = made()
    gather(_session, server_class, MESSAGE)
    server_class()._send_message("browser", "one")
    assert sent == [("browser", "one")]


def test_streamlits_private_parts_are_where_gathering_needs_them() -> None:
    loop = inspect.getsource(Runtime._loop_coroutine)
    assert loop.index("flush_browser_queue()") < loop.index("self._send_message(")
    handles = inspect.getsource(AppSession._handle_scriptrunner_event_on_event_loop)
    assert "if sender is not self._scriptrunner" in handles
    queues = inspect.getsource(AppSession._enqueue_forward_msg)
    assert "self._browser_queue.enqueue(msg)" in queues
    assert "self._message_enqueued_callback()" in queues
    told: Any = AppSession._on_scriptrunner_event
    names = list(inspect.signature(told).parameters)
    assert names[:4] == ["self", "sender", "event", "forward_msg"]
