"""Streams on which nothing is said, and what is said that is no message."""

from __future__ import annotations

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.testclient import TestClient
from streamlit.proto.BackMsg_pb2 import BackendOperationRequest, BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

from core import private
from core.host.spoken import NO_BYTES, NO_MESSAGE, SILENT, Spoken
from tests.apart import run_apart


async def stream(said: list[dict], *, protocols: str = "streamlit", patience: float = 0.05):
    """What an app hears of a stream on which `said` comes and then nothing, and what was sent."""
    waiting, sent, heard = iter(said), [], []

    async def receive() -> dict:
        for message in waiting:
            return message
        await asyncio.sleep(0.3)
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(message) -> None:
        sent.append(message)

    async def app(_scope, receive, _send) -> None:
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())

    headers = [(b"sec-websocket-protocol", protocols.encode())]
    scope = {"type": "websocket", "path": "/hood/_stcore/stream", "headers": headers}
    await Spoken(app, private.asked_for, patience, 5.0)(scope, receive, send)
    return heard, sent


CONNECT = {"type": "websocket.connect"}
GONE = {"type": "websocket.disconnect", "code": 1006}


def word(**parts: object) -> dict:
    return {"type": "websocket.receive", "bytes": BackMsg(**parts).SerializeToString()}


WORD = word(rerun_script=ClientState(query_string="prompt=a"))


def test_a_session_that_says_nothing_ends():
    heard, sent = run_apart(stream([CONNECT]))
    assert heard == [CONNECT, {"type": "websocket.disconnect", "code": SILENT}]
    assert sent == [{"type": "websocket.close", "code": SILENT}]


def test_a_session_that_spoke_may_be_silent():
    heard, sent = run_apart(stream([CONNECT, WORD]))
    assert heard == [CONNECT, WORD, GONE]
    assert not sent


@pytest.mark.parametrize(
    ("protocols", "may"), [("streamlit, x, 1234", True), ("streamlit, , ", False), ("a,b", False)]
)
def test_who_comes_back_to_a_session_has_nothing_to_ask(protocols: str, may: bool):
    heard, sent = run_apart(stream([CONNECT], protocols=protocols))
    assert heard[-1]["code"] == (1006 if may else SILENT)
    assert bool(sent) != may


def test_text_is_no_message():
    heard, sent = run_apart(stream([CONNECT, {"type": "websocket.receive", "text": "hello"}]))
    assert heard[-1] == {"type": "websocket.disconnect", "code": NO_BYTES}
    assert sent == [{"type": "websocket.close", "code": NO_BYTES}]


def operation(**parts: object) -> dict:
    return word(backend_operation_request=BackendOperationRequest(request_id="1", **parts))


@pytest.mark.parametrize(
    "message",
    [
        word(clear_cache=True), word(set_run_on_save=True), word(load_git_info=True),
        word(file_urls_request={"file_names": ["a"]}),
        word(debug_shutdown_runtime=True), word(debug_disconnect_websocket=True), word(),
        operation(install_skills={}), operation(dismiss_skills_nudge={}), operation(),
        # The last of several is what counts.
        {**WORD, "bytes": WORD["bytes"] + word(clear_cache=True)["bytes"]},
    ],
)  # fmt: skip
def test_messages_of_a_developer_reach_nobody(message: dict):
    """To clear the cache would take the models away from all other sessions."""
    heard, sent = run_apart(stream([CONNECT, message, WORD]))
    assert heard == [CONNECT, WORD, GONE]
    assert not sent


@pytest.mark.parametrize(
    "message",
    [word(stop_script=True), word(app_heartbeat=True), operation(dataframe_chunk={}),
     operation(deferred_file={"file_id": "a"})],
)  # fmt: skip
def test_messages_of_a_page_pass(message: dict):
    assert run_apart(stream([CONNECT, message]))[0] == [CONNECT, message, GONE]


def test_a_widget_that_no_page_made_is_no_message():
    """Its name would be read as one of the session's own state, and fail there or be believed."""
    state = ClientState()
    state.widget_states.widgets.add(id="$$ID-0123-a", bool_value=True)
    state.widget_states.widgets.add(id="$$ID-0123-b", json_value='{"pick": 1}')
    assert run_apart(stream([CONNECT, word(rerun_script=state)]))[0][-1] == GONE
    for strange in (
        {"id": "lead", "string_value": "x"}, {"id": "$$ID-0-a", "bytes_value": b"x"},
        {"id": "$$ID-0-a", "json_value": "]"}, {"id": "$$ID-0-a", "json_value": '"a"'},
        {"id": "$$ID-0-a", "json_value": "[" * 100_000},
    ):  # fmt: skip
        other = ClientState()
        other.CopyFrom(state)
        other.widget_states.widgets.add(**strange)
        heard, _sent = run_apart(stream([CONNECT, word(rerun_script=other)]))
        assert heard[-1]["code"] == NO_MESSAGE


@pytest.mark.parametrize("data", [b"\xff" * 50, b"\x5a\xff\xff\xff\xff\x0f", b"\x5b" * 10_000])
def test_noise_is_no_message(data: bytes):
    heard, sent = run_apart(stream([CONNECT, {**WORD, "bytes": data}]))
    assert heard[-1] == {"type": "websocket.disconnect", "code": NO_MESSAGE}
    assert sent == [{"type": "websocket.close", "code": NO_MESSAGE}]


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE"])
def test_nothing_is_uploaded(method: str):
    app = Starlette(middleware=[Middleware(Spoken, kind=private.asked_for)])
    answer = TestClient(app).request(method, "/hood/_stcore/upload_file/session/file")
    assert (answer.status_code, answer.text) == (404, "nothing is uploaded here")


def test_other_paths_are_left_alone():
    async def run() -> list:
        seen = []

        async def app(_scope, receive, _send):
            seen.append(receive)

        async def receive():
            return {}

        for scope in ({"type": "http", "path": "/"}, {"type": "websocket", "path": "/other"}):
            await Spoken(app, private.asked_for)(scope, receive, None)  # type: ignore[arg-type]
        return [found is receive for found in seen]

    assert run_apart(run()) == [True, True]
