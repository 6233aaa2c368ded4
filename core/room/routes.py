"""A room over HTTP: its state once a second, a vote, what the teacher does. JSON in and out.

    GET  /room/<code>/state?seen=<version>&lang=en
    POST /room/<code>/join    {"secret": "…"}                    a seat, or the one held before
    POST /room/<code>/vote    {"question": 3, "answer": …}
    POST /room/<code>/teach   {"deed": "next", "question": 3, …}   see `core.room.deeds`

Who asks says so by the header ``X-Room-Secret``. A page of another site cannot send it, nor JSON,
without asking first, which nobody here answers. Thirty learners who ask once a second cost 2.5% of
a core by this way and most of one by Streamlit's own. Nothing is logged.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.errors import LearnerError
from core.language import set_language
from core.limiter import Clock, Limiter
from core.room.deeds import do
from core.room.errors import BadAnswer, NoPlace, NoSuchRoom, NotYours, TooLate, TooOften
from core.room.limits import BURST, RATE
from core.room.rooms import Rooms

#: Bytes of a request; seconds that it may take to arrive.
LONGEST_BODY, SLOWEST = 16_384, 5.0
#: Requests at once, and a second, of all who are not in a room, by the address that they come from:
#: a whole school may come from one.
STRANGERS = (400.0, 40.0)
SECRET = "x-room-secret"

Answers = Callable[[Request], Awaitable[Any]]
_STATUS: dict[type[LearnerError], int] = {
    NoSuchRoom: 404, NotYours: 403, NoPlace: 503, TooLate: 409, TooOften: 429, BadAnswer: 422,
}  # fmt: skip


class BadRequest(ValueError):
    """What no page of ours sends."""


def routes(rooms: Rooms, clock: Clock) -> list[Route]:
    """The routes of these rooms for a server."""
    served = _Served(rooms, clock)
    parts: dict[str, tuple[str, Answers]] = {
        "state": ("GET", served.state), "join": ("POST", served.join),
        "vote": ("POST", served.vote), "teach": ("POST", served.teach),
    }  # fmt: skip
    return [
        Route("/room/{code}/" + name, _answering(made, served.limit), methods=[method])
        for name, (method, made) in parts.items()
    ]


class _Served:
    """What each route answers. All run on the server's one loop, so the limits need no lock."""

    def __init__(self, rooms: Rooms, clock: Clock) -> None:
        self.rooms = rooms
        self.members = Limiter(clock, BURST, RATE)
        self.strangers = Limiter(clock, *STRANGERS)

    def limit(self, request: Request) -> None:
        """Refuse who asks too often: a member by their secret, anybody else by their address."""
        code, secret = _who(request)
        known = bool(secret) and bool(self.rooms.role(code, secret))
        host = request.client.host if request.client else ""
        if not (self.members.allows(secret) if known else self.strangers.allows(host)):
            raise TooOften()

    async def state(self, request: Request) -> Any:
        seen = request.query_params.get("seen", "-1")
        if not seen.removeprefix("-").isdecimal() or len(seen) > 12:
            raise BadRequest("seen")
        return self.rooms.state(*_who(request), int(seen))

    async def join(self, request: Request) -> Any:
        secret = (await _body(request)).get("secret")
        if not isinstance(secret, str | None):
            raise BadRequest("secret")
        found, name = self.rooms.join(request.path_params["code"], secret)
        return {"secret": found, "name": name}

    async def vote(self, request: Request) -> Any:
        body = await _body(request)
        number = body.get("question")
        if not isinstance(number, int):
            raise BadRequest("question")
        self.rooms.vote(*_who(request), number, body.get("answer"))
        return {"taken": True}

    async def teach(self, request: Request) -> Any:
        body = await _body(request)
        try:
            return {"done": do(self.rooms, *_who(request), body)}
        except LearnerError:
            raise
        except (ValueError, TypeError, KeyError) as error:
            raise BadRequest("deed") from error


def _answering(made: Answers, limit: Callable[[Request], None]) -> Answers:
    """A route that says what is wrong in a sentence, in the language that was asked for."""

    async def answer(request: Request) -> Response:
        set_language(request.query_params.get("lang", "en"))
        try:
            limit(request)
            return _json(await made(request))
        except LearnerError as error:
            said = {"problem": error.problem, "cure": error.cure}
            return _json(said, _STATUS.get(type(error), 400))
        except BadRequest:
            return _json({"problem": "bad request"}, 400)
        except (ClientDisconnect, TimeoutError):
            return _json({"problem": "too slow"}, 408)

    return answer


def _json(found: Any, status: int = 200) -> Response:
    return JSONResponse(found, status, headers={"cache-control": "no-store"})


def _who(request: Request) -> tuple[str, str]:
    return request.path_params["code"], request.headers.get(SECRET, "")


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object of a request; a large or slow one is not read to its end."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        raise BadRequest("content type")
    got = bytearray()
    async with asyncio.timeout(SLOWEST):
        async for part in request.stream():
            got += part
            if len(got) > LONGEST_BODY:
                raise BadRequest("too long")
    try:
        found = json.loads(got)
    except (ValueError, RecursionError):
        raise BadRequest("no JSON") from None
    if not isinstance(found, dict):
        raise BadRequest("no object")
    return found
