"""Places for sessions: who comes too late waits, and is let in."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.host.places import A_REFUSAL, MESSAGES, Places
from tests.apart import run_apart

PERSON = {"accept": "text/html,*/*"}
STREAM = "/_stcore/stream"


def served(
    most: int,
    of_one: int,
    a_minute: int = 1_000,
    tight: Callable[[], bool] = lambda: False,
    refused: Counter | None = None,
):
    async def page(_request):
        return PlainTextResponse("the app")

    async def stream(socket: WebSocket):
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    routes = [Route("/{path:path}", page), WebSocketRoute(STREAM, stream)]
    guard = Middleware(
        Places, most=most, of_one=of_one, a_minute=a_minute, base="", tight=tight,
        refused=Counter() if refused is None else refused,
    )  # fmt: skip
    app = Starlette(routes=routes, middleware=[guard])
    return lambda who: TestClient(app, client=(who, 1))


def test_who_comes_late_waits_with_a_word_and_is_let_in_when_somebody_leaves():
    at = served(2, 2)
    first, late = at("10.0.0.1"), at("10.0.0.3")
    with first.websocket_connect(STREAM) as one:
        with at("10.0.0.2").websocket_connect(STREAM):
            answer = late.get("/attention", headers=PERSON)
            assert answer.status_code == 503
            assert '<meta http-equiv="refresh"' in answer.text
            assert "lets you in by itself" in answer.text
            assert late.get("/static/a.js").text == "the app"
            with pytest.raises(WebSocketDisconnect), late.websocket_connect(STREAM):
                pass
            one.send_text("still")
            assert one.receive_text() == "still"
        assert late.get("/attention", headers=PERSON).text == "the app"
        with late.websocket_connect(STREAM) as other:
            other.send_text("in")
            assert other.receive_text() == "in"


def test_one_address_takes_no_more_than_its_share():
    at = served(10, 1)
    with at("10.0.0.1").websocket_connect(STREAM):
        assert at("10.0.0.1").get("/", headers=PERSON).status_code == 503
        assert at("10.0.0.2").get("/", headers=PERSON).status_code == 200
    assert at("10.0.0.1").get("/", headers=PERSON).status_code == 200


def test_the_waiting_page_speaks_the_visitors_language():
    at = served(1, 1)
    with at("10.0.0.1").websocket_connect(STREAM):
        said = at("10.0.0.2").get("/", headers={**PERSON, "accept-language": "it-IT,it"}).text
    assert 'lang="it"' in said
    assert "Un momento" in said


def test_when_memory_is_short_nobody_new_comes_in_but_somebody_always_may():
    short, refused = [True], Counter()
    at = served(10, 10, tight=lambda: short[0], refused=refused)
    with at("10.0.0.1").websocket_connect(STREAM) as first:  # nobody was there
        answer = at("10.0.0.2").get("/", headers=PERSON)
        assert answer.status_code == 503
        assert "memory of this server is used up" in answer.text
        with pytest.raises(WebSocketDisconnect), at("10.0.0.2").websocket_connect(STREAM):
            pass
        first.send_text("still")
        assert first.receive_text() == "still"
        short[0] = False
        assert at("10.0.0.2").get("/", headers=PERSON).status_code == 200
    assert refused == {"memory": 2}


def test_who_comes_too_often_is_refused_in_words_and_nobody_else_is():
    refused = Counter()
    at = served(100, 100, a_minute=3, refused=refused)
    for _time in range(3):
        with at("10.0.0.1").websocket_connect(STREAM):
            pass
    with pytest.raises(WebSocketDisconnect), at("10.0.0.1").websocket_connect(STREAM):
        pass
    with at("10.0.0.2").websocket_connect(STREAM) as other:
        other.send_text("in")
        assert other.receive_text() == "in"
    answers = [at("10.0.0.1").get("/_stcore/health") for _time in range(40)]
    assert [answer.status_code for answer in answers] == [200] * 30 + [429] * 10
    assert "Too many requests came from your address" in answers[-1].text
    assert answers[-1].headers["retry-after"]
    # What a page is made of, and rooms, which have a bound of their own, are not counted.
    for path in ("/static/js/a.js", "/room/AB12/state"):
        assert at("10.0.0.1").get(path).status_code == 200
    assert at("10.0.0.1").get("/x/static/a.js").status_code == 429
    assert at("10.0.0.2").get("/", headers=PERSON).status_code == 200
    assert refused == {"often": 12}


def test_a_session_that_floods_is_slowed_down_and_loses_nothing():
    at = served(10, 10)
    sent = int(MESSAGES) + 5
    with at("10.0.0.1").websocket_connect(STREAM) as flood:
        begun = time.monotonic()
        for number in range(sent):
            flood.send_text(str(number))
        assert [flood.receive_text() for _one in range(sent)] == [str(n) for n in range(sent)]
        assert time.monotonic() - begun > 0.15


@pytest.mark.parametrize(("n", "least", "most"), [(1, 0.0, 0.05), (60, 59 * A_REFUSAL, 0.4)])
def test_many_who_are_refused_at_once_go_one_by_one_and_one_alone_does_not_wait(
    n: int, least: float, most: float
):
    """Thousands of handshakes leave those inside their time."""

    async def app(_scope, _receive, _send) -> None:
        raise AssertionError("let in")

    sent: list[dict] = []
    at: list[float] = []

    async def send(message) -> None:
        sent.append(message)
        at.append(time.monotonic())

    async def run() -> float:
        guard = Places(app, 0, 0, 1_000, "", lambda: False, Counter())
        scope = {"type": "websocket", "path": STREAM, "client": ("10.0.0.1", 1), "headers": []}
        begun = time.monotonic()
        await asyncio.gather(*(guard(scope, None, send) for _one in range(n)))  # type: ignore[arg-type]
        return time.monotonic() - begun

    assert least <= run_apart(run()) < most
    assert sent == [{"type": "websocket.close", "code": 1013}] * n
    # Half of them are still to go when half of the time is over.
    assert n == 1 or at[n // 2] - at[0] > 0.3 * (at[-1] - at[0])
