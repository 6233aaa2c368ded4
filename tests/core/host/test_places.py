"""Places for sessions: who comes too late waits, and is let in."""

from __future__ import annotations

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from core.host.places import Places

PERSON = {"accept": "text/html,*/*"}
STREAM = "/_stcore/stream"


def served(most: int, of_one: int):
    async def page(_request):
        return PlainTextResponse("the app")

    async def stream(socket: WebSocket):
        await socket.accept()
        async for text in socket.iter_text():
            await socket.send_text(text)

    routes = [Route("/{path:path}", page), WebSocketRoute(STREAM, stream)]
    app = Starlette(routes=routes, middleware=[Middleware(Places, most=most, of_one=of_one)])
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
