"""How many sessions a server lets in, and how many in a minute from one address.

Who comes later waits on a page that says why and lets in by itself.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from html import escape

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.host.early import DOOR
from core.language import SOURCE_LANGUAGE, _, match, set_language
from core.limiter import Limiter

#: Seconds after which the waiting page asks again; it needs no script for that.
ASKS_AGAIN = 5
#: Messages that a session may send at once, and in a second after that: a slider that is dragged
#: sends some twenty.
MESSAGES, RATE = 200.0, 20.0
#: Seconds between two streams that are refused, and how long one waits for that at most: a single
#: one waits for nothing, while thousands come one by one and leave those inside their time.
A_REFUSAL, REFUSALS = 0.002, 0.5
#: Where every session keeps its stream.
STREAM = "/_stcore/stream"
_PAGE = """<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="{seconds}"><title>{title}</title>
<style>body{{font:1.1rem/1.5 sans-serif;max-width:34rem;margin:20vh auto;padding:0 1rem;
color-scheme:light dark}}</style></head>
<body><main role="status"><h1>{title}</h1><p>{words}</p></main></body></html>"""


class Places:
    """Middleware: counts the open streams, one a session, in all and by the address they come from.

    Runs on the server's one loop, so the counts need no lock.

    Parameters
    ----------
    most, of_one : sessions in all, and from one address
    a_minute : sessions begun from one address in a minute; ten times as many other requests but
        for the front end's files and the rooms, which have a bound of their own
    base : the path under which the app is served
    tight : whether memory is short, so that nobody new comes in; somebody always may
    refused : where refusals are counted, by their reason
    """

    def __init__(
        self,
        app: ASGIApp,
        most: int,
        of_one: int,
        a_minute: int,
        base: str,
        tight: Callable[[], bool],
        refused: Counter[str],
    ) -> None:
        self.app, self.most, self.of_one, self.tight = app, most, of_one, tight
        self._free = tuple(f"{base}/{name}/" for name in ("static", "room"))
        self.taken: Counter[str] = Counter()
        self._next_refusal = 0.0
        self.refused = refused
        self._begun = Limiter.a_minute(time.monotonic, a_minute)
        self._asked = Limiter.a_minute(time.monotonic, a_minute * 10)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            scope.get("state", {})[DOOR] = self.at_the_door
        stream = scope["type"] == "websocket" and scope["path"].endswith(STREAM)
        person = scope["type"] == "http" and _visit(scope)
        why = self.full(scope) if stream or person else ""
        if not why and not self._in_time(scope, stream):
            why = "often"
        if why:
            self.refused[why] += 1
            await self._refuse(why, person)(scope, receive, send)
        elif stream:
            await self._count(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def at_the_door(self, scope: Scope, path: str) -> float | None:
        """Seconds until a stream is told that it has no place; None if it may come in."""
        if not path.endswith(STREAM):
            return None
        why = self.full(scope) or ("" if self._begun.would_allow(_who(scope)) else "often")
        if not why:
            return None
        self.refused[why] += 1
        return self._turn_of_refusal()

    def full(self, scope: Scope) -> str:
        """Why there is no place for one more from this address; empty if there is."""
        if self.taken.total() >= self.most or self.taken[_who(scope)] >= self.of_one:
            return "places"
        return "memory" if self.taken and self.tight() else ""

    def _in_time(self, scope: Scope, stream: bool) -> bool:
        """Whether this address has not asked too often."""
        if stream:
            return self._begun.allows(_who(scope))
        free = scope["type"] != "http" or scope["path"].startswith(self._free)
        return free or self._asked.allows(_who(scope))

    def _refuse(self, why: str, person: bool) -> ASGIApp:
        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "websocket":
                await self._refuse_stream(send)
            else:
                await _wait(Request(scope), why, person)(scope, receive, send)

        return answer

    async def _refuse_stream(self, send: Send) -> None:
        await asyncio.sleep(self._turn_of_refusal())
        await send({"type": "websocket.close", "code": 1013})

    def _turn_of_refusal(self) -> float:
        """Seconds to wait: a hundred answered in one go keep everybody else waiting meanwhile."""
        now = time.monotonic()
        self._next_refusal = max(now, min(self._next_refusal + A_REFUSAL, now + REFUSALS))
        return self._next_refusal - now

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = _who(scope)
        self.taken[who] += 1
        try:
            await self.app(scope, slowly(receive), send)
        finally:
            self.taken[who] -= 1
            if not self.taken[who]:
                del self.taken[who]


def slowly(receive: Receive) -> Receive:
    """What a session sends, no faster than it may: who sends more waits, and nobody else."""
    limit = Limiter(time.monotonic, MESSAGES, RATE)

    async def next_one() -> Message:
        message = await receive()
        while message["type"] == "websocket.receive" and not limit.allows(""):
            await asyncio.sleep(1.0 / RATE)
        return message

    return next_one


def _who(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _visit(scope: Scope) -> bool:
    """Whether a person opens a page; files, routes and checks of health ask for no HTML."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _words(why: str) -> str:
    """Why somebody waits."""
    if why == "often":
        return _(
            "Too many requests came from your address within a minute. This page goes on by itself "
            "as soon as it may; there is nothing to press."
        )
    if why == "memory":
        return _(
            "The memory of this server is used up for now. As soon as some is free this page lets "
            "you in by itself; there is nothing to press."
        )
    return _(
        "All places on this server are taken. As soon as one is free this page lets you in by "
        "itself; there is nothing to press."
    )


def _wait(request: Request, why: str, person: bool) -> Response:
    asked = request.headers.get("accept-language", "")
    language = match(asked.split(",")[0].split(";")[0].strip()) or SOURCE_LANGUAGE
    set_language(language)
    words = _words(why)
    status = 429 if why == "often" else 503
    headers = {"retry-after": str(ASKS_AGAIN), "cache-control": "no-store"}
    if not person:
        return PlainTextResponse(words, status, headers=headers)
    page = _PAGE.format(
        language=language, seconds=ASKS_AGAIN, title=escape(_("One moment")), words=escape(words)
    )
    return HTMLResponse(page, status, headers=headers)
