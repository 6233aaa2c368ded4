"""Streamlit's front end made small: once for each file, kept in memory, as the browser accepts it.

Streamlit sends it as it lies on the disk, 7.7 MB for a first visit, thirty times over the same
Wi-Fi in a class. Its own compression leaves these files out, since it would do the work anew for
every browser. Fonts come with what the pages use of them (`core.host.fonts`).
"""

from __future__ import annotations

import asyncio
import gzip
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.host.fonts.small import SmallFonts
from core.host.headers import static_folder

#: What gets smaller. Fonts and pictures are compressed already.
_TEXT = {".css", ".html", ".js", ".json", ".svg"}
#: What a page links of its own front end.
_LINKED = re.compile(r'(?:href|src)="\./([^"?]+)"')
#: Bytes that are not worth it.
_SMALL = 1_000
#: The best that is quick: 1.5 MB, the largest file of ours, takes half a second; one step better
#: takes eight, for a tenth less.
_MAKE: dict[str, Callable[[bytes], bytes]] = {
    "br": lambda raw: brotli.compress(raw, quality=9),
    "gzip": lambda raw: gzip.compress(raw, 9, mtime=0),
}


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """The files that get smaller, by their path under a folder; links out of it lead nowhere."""
    for path in folder.rglob("*"):
        real = path.resolve()
        fits = path.suffix in _TEXT and real.is_relative_to(folder) and real.is_file()
        if fits and real.stat().st_size >= _SMALL:
            yield path.relative_to(folder).as_posix(), real


def accepted(header: str) -> str:
    """The best of our encodings that an Accept-Encoding lets through; empty for none."""
    weights: dict[str, float] = {}
    for part in header.lower().split(","):
        name, _, rest = part.strip().partition(";")
        try:
            weight = float(rest.partition("=")[2]) if rest.strip().startswith("q=") else 1.0
        except ValueError:
            weight = 0.0
        weights[name.strip()] = weight
    return next((name for name in _MAKE if weights.get(name, weights.get("*", 0.0)) > 0), "")


class _Sent(NamedTuple):
    """A file and the form in which it is sent.

    Attributes
    ----------
    encoding : empty for none
    fonts : which small fonts it is of, or names; empty for none
    """

    path: Path
    encoding: str
    fonts: str

    @property
    def mark(self) -> str:
        """Tells this form of a file from any other."""
        return "-".join(part for part in (self.fonts, self.encoding) if part)


class Compressed:
    """Middleware: answers for the front end's files come compressed, all else as it was.

    Streamlit's own answer is asked for without its body, so that what it says of caching, and its
    "not modified", stay its own.
    """

    def __init__(self, app: ASGIApp, base: str = "", folder: Path | None = None) -> None:
        self.app, self.base = app, f"/{base.strip('/')}" if base.strip("/") else ""
        folder = (folder or static_folder()).resolve()
        # Looked up by name, so no path that somebody makes up ever reaches the disk.
        self._files = dict(_files(folder))
        self._page = self._files.get("index.html")
        self._fonts = SmallFonts(folder)
        self._made: dict[_Sent, asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":  # the server starts: nobody has to wait for the work then
            self._beginning = asyncio.ensure_future(self._begin())
        sent = self.sent(scope)
        start = await self._start(scope, receive, sent) if sent else None
        if sent is None or start is None or not self._fits(sent, start):
            await self.app(scope, receive, send)
            return
        body = await self._body(sent) if start["status"] == 200 else b""
        if start["status"] == 200:
            _mark(start, sent, len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    async def _begin(self) -> None:
        """Make what every first visit asks for: the page and what it links."""
        if self._page is None:
            return
        linked = _LINKED.findall(self._page.read_text(encoding="utf-8"))
        known = (self._files.get(name) for name in linked)
        for path in [self._page, *(path for path in known if path is not None)]:
            small = path == self._page or path.suffix == ".css"
            await self._body(_Sent(path, "br", self._fonts.mark if small else ""))

    def sent(self, scope: Scope) -> _Sent | None:
        """What is sent for a request; None for what we leave alone."""
        asked = Headers(scope=scope) if scope["type"] == "http" else Headers()
        if scope["type"] != "http" or scope["method"] != "GET" or "range" in asked:
            return None
        path, query = scope["path"], scope["query_string"].decode("latin-1")
        if font := self._fonts.font(path, query):
            return _Sent(font, "", self._fonts.mark)
        encoding = accepted(asked.get("accept-encoding", ""))
        found = self.file(path)
        if found is None and "text/html" in asked.get("accept", ""):
            found = self._page  # by the address of one of the app's pages, as far as we can see
        if found is None or not encoding:
            return None
        changed = found == self._page or query == f"small={self._fonts.mark}"
        return _Sent(found, encoding, self._fonts.mark if changed else "")

    def _fits(self, sent: _Sent, start: Message) -> bool:
        """Whether Streamlit's answer is the file that we take it for: any address may be a page."""
        if start["status"] != 200 or sent.path != self._page:
            return start["status"] in {200, 304}
        headers = Headers(raw=start["headers"])
        size = str(sent.path.stat().st_size)
        return headers.get("content-length") == size and "text/html" in headers.get(
            "content-type", ""
        )

    def file(self, path: str) -> Path | None:
        """The file of the front end behind a path, if it is one that gets smaller."""
        inside = path.removeprefix(self.base + "/") or "index.html"
        return self._files.get(inside)

    async def _start(self, scope: Scope, receive: Receive, sent: _Sent) -> Message:
        """How Streamlit's own answer begins."""
        said: list[Message] = []

        async def hear(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.append(message)

        ours = f'-{sent.mark}"'.encode("ascii")
        headers = [
            (name, value.replace(ours, b'"') if name == b"if-none-match" else value)
            for name, value in scope["headers"]
        ]
        await self.app({**scope, "method": "HEAD", "headers": headers}, receive, hear)
        return said[0]

    async def _body(self, sent: _Sent) -> bytes:
        """A file as it is sent; whoever asks while it is being made waits for the same work."""
        if sent not in self._made:
            self._made[sent] = asyncio.ensure_future(asyncio.to_thread(self._make, sent))
        try:
            # A browser that goes away must not take the work away from the others.
            return await asyncio.shield(self._made[sent])
        except OSError:
            self._made.pop(sent, None)
            raise

    def _make(self, sent: _Sent) -> bytes:
        raw = sent.path.read_bytes()
        if not sent.encoding:
            return raw
        if sent.fonts:
            raw = self._fonts.changed(sent.path.name, raw)
        return _MAKE[sent.encoding](raw)


def _mark(start: Message, sent: _Sent, size: int) -> None:
    """What an answer says of its body, once that is one of ours."""
    headers = MutableHeaders(scope=start)
    headers["content-length"] = str(size)
    del headers["accept-ranges"]
    if sent.encoding:
        headers["content-encoding"] = sent.encoding
        headers.add_vary_header("Accept-Encoding")
    if (tag := headers.get("etag", "")).endswith('"'):
        headers["etag"] = f'{tag[:-1]}-{sent.mark}"'
