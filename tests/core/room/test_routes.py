"""The routes by Starlette's own client: the protocol, its limits, what nobody of ours sends."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from core.room import LocalRooms, Question
from core.room.limits import BURST, RATE
from core.room.routes import LONGEST_BODY, SECRET, STRANGERS, routes
from tests.core.room.clock import Clock


class Class:
    """A server with a room."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.rooms = LocalRooms(self.clock)
        self.code, self.key = self.rooms.open()
        self.client = TestClient(Starlette(routes=routes(self.rooms, self.clock)))

    def get(self, secret: str, **query):
        head = {SECRET: secret}
        return self.client.get(f"/room/{self.code}/state", headers=head, params=query)

    def post(self, what: str, body: object, secret: str = ""):
        return self.client.post(f"/room/{self.code}/{what}", json=body, headers={SECRET: secret})

    def teach(self, deed: str, **about):
        return self.post("teach", {"deed": deed, **about}, self.key)


@pytest.fixture
def room() -> Class:
    return Class()


def test_a_lesson_through_the_routes(room: Class):
    joined = room.post("join", {}).json()
    secret = joined["secret"]
    assert room.post("join", {"secret": secret}).json() == joined
    asked = room.teach(
        "ask", kind="choice", text="Does it plan?", options=["yes", "no"], twice=True
    )
    number = asked.json()["done"]
    assert room.post("vote", {"question": number, "answer": 1}, secret).json() == {"taken": True}
    assert room.get(room.key).json()["answered"] == 1
    for to in ("talk", "again", "reveal"):
        room.teach("next", question=number, to=to)
    late = room.post("vote", {"question": number, "answer": 0}, secret)
    assert late.status_code == 409
    assert late.json()["problem"]
    seen = room.get(secret)
    assert seen.headers["cache-control"] == "no-store"
    assert [row["votes"] for row in seen.json()["result"]["rows"]] == [[0, 0], [1, 0]]
    room.teach("fix", on=True)
    assert room.get(secret).json()["fixed"] is True
    room.teach("lead", on=True, place="attention?layer=2")
    assert room.get(secret).json()["lead"]["place"] == "attention?layer=2"


def test_secrets_and_codes_are_told_apart(room: Class):
    assert room.get("nobody").status_code == 403
    assert room.get("").status_code == 403
    assert room.client.get("/room/XXXX/state").status_code == 404
    secret = room.post("join", {}).json()["secret"]
    assert room.post("teach", {"deed": "clear"}, secret).status_code == 403
    other = LocalRooms(room.clock).open()[1]
    assert room.post("teach", {"deed": "clear"}, other).status_code == 403


BAD = [
    b"", b"[]", b"null", b"{", b"\xff", b"[" * 5000, b'{"deed": "format"}', b'{"deed": {}}',
    b'{"deed": "ask"}', b'{"deed": "ask", "kind": "choice", "text": 3, "options": ["a", "b"]}',
    b'{"deed": "ask", "kind": "choice", "text": "x", "options": "ab"}',
    b'{"deed": "ask", "kind": "choice", "text": "x", "options": [[], {}]}',
    b'{"deed": "next", "question": "1"}', b'{"deed": "lead", "on": true, "place": "//evil"}',
    b'{"deed": "show", "texts": "abc"}', b'{"deed": "show", "texts": [1]}',
]  # fmt: skip


@pytest.mark.parametrize("body", BAD)
def test_what_no_page_of_ours_sends_is_refused(room: Class, body: bytes):
    head = {SECRET: room.key, "content-type": "application/json"}
    answer = room.client.post(f"/room/{room.code}/teach", content=body, headers=head)
    assert answer.status_code == 400
    assert room.get(room.key).json()["question"] is None


@pytest.mark.parametrize("body", [{"question": 1.5}, {"question": "1"}, {"answer": 1}, {}])
def test_a_vote_names_its_question(room: Class, body: dict):
    secret = room.post("join", {}).json()["secret"]
    assert room.post("vote", body, secret).status_code == 400


def test_a_form_of_another_site_is_refused(room: Class):
    """A browser sends such a body anywhere without asking; JSON it does not."""
    body = json.dumps({"deed": "clear"})
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        head = {SECRET: room.key, "content-type": kind}
        answer = room.client.post(f"/room/{room.code}/teach", content=body, headers=head)
        assert answer.status_code == 400


def test_a_body_is_read_to_its_bound_and_no_further(room: Class):
    def long() -> Iterator[bytes]:
        for _part in range(1_000):
            yield b"x" * 1024

    head = {"content-type": "application/json"}
    answer = room.client.post(f"/room/{room.code}/join", content=long(), headers=head)
    assert answer.status_code == 400
    assert room.post("join", {"secret": "x" * LONGEST_BODY}).status_code == 400


def test_who_asks_too_often_is_refused_and_no_other(room: Class):
    mad, calm = (room.post("join", {}).json()["secret"] for _one in range(2))
    codes = [room.get(mad).status_code for _request in range(200)]
    assert codes.count(200) == int(BURST)
    assert codes[-1] == 429
    assert room.get(calm).status_code == 200
    assert room.get(room.key).status_code == 200
    room.clock.now += 1.0
    codes = [room.get(mad).status_code for _request in range(50)]
    assert codes.count(200) == int(RATE)


def test_strangers_are_limited_by_where_they_come_from(room: Class):
    secret = room.post("join", {}).json()["secret"]
    codes = [room.get(f"guess {n}").status_code for n in range(int(STRANGERS[0]) + 100)]
    assert set(codes) == {403, 429}
    assert room.get(secret).status_code == 200


def test_nothing_is_logged(room: Class, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)
    secret = room.post("join", {}).json()["secret"]
    number = room.rooms.ask(room.code, room.key, Question("word", "One word?"))
    room.post("vote", {"question": number, "answer": "zebra"}, secret)
    for record in caplog.records:
        if record.name.startswith("httpx"):  # the client of the test
            continue
        assert "zebra" not in record.getMessage()
        assert secret not in record.getMessage()
