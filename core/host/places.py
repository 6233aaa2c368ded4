"""How many sessions a server lets in; who comes later waits on a page that lets in by itself."""

from __future__ import annotations

from collections import Counter
from html import escape

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from core.language import SOURCE_LANGUAGE, _, match, set_language

#: Seconds after which the waiting page asks again; it needs no script for that.
ASKS_AGAIN = 5
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
    """

    def __init__(self, app: ASGIApp, most: int, of_one: int) -> None:
        self.app, self.most, self.of_one = app, most, of_one
        self.taken: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        stream = scope["type"] == "websocket" and scope["path"].endswith(STREAM)
        if stream and self.full(scope):
            await send({"type": "websocket.close", "code": 1013})
        elif stream:
            await self._count(scope, receive, send)
        elif scope["type"] == "http" and _visit(scope) and self.full(scope):
            await _wait(Request(scope))(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def full(self, scope: Scope) -> bool:
        """Whether there is no place for one more from this address."""
        return self.taken.total() >= self.most or self.taken[_who(scope)] >= self.of_one

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = _who(scope)
        self.taken[who] += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.taken[who] -= 1
            if not self.taken[who]:
                del self.taken[who]


def _who(scope: Scope) -> str:
    return scope["client"][0] if scope.get("client") else ""


def _visit(scope: Scope) -> bool:
    """Whether a person opens a page; files, routes and checks of health ask for no HTML."""
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")


def _wait(request: Request) -> HTMLResponse:
    asked = request.headers.get("accept-language", "")
    language = match(asked.split(",")[0].split(";")[0].strip()) or SOURCE_LANGUAGE
    set_language(language)
    words = _(
        "All places on this server are taken. As soon as one is free this page lets you in by "
        "itself; there is nothing to press."
    )
    page = _PAGE.format(
        language=language, seconds=ASKS_AGAIN, title=escape(_("One moment")), words=escape(words)
    )
    headers = {"retry-after": str(ASKS_AGAIN), "cache-control": "no-store"}
    return HTMLResponse(page, 503, headers=headers)
