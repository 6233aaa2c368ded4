"""Streamlit's front end compressed: once for each file, kept in memory, as the browser accepts it.

Streamlit sends it as it lies on the disk, 7.7 MB for a first visit, thirty times over the same
Wi-Fi in a class. Its own compression leaves these files out, since it would do the work anew for
every browser.
"""

from __future__ import annotations

import asyncio
import gzip
from collections.abc import Callable, Iterator
from pathlib import Path

import brotli
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.host.headers import static_folder

#: What gets smaller. Fonts and pictures are compressed already.
_TEXT = {".css", ".html", ".js", ".json", ".svg"}
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


class Compressed:
    """Middleware: answers for the front end's files come compressed, all else as it was.

    Streamlit's own answer is asked for without its body, so that what it says of caching, and its
    "not modified", stay its own.
    """

    def __init__(self, app: ASGIApp, base: str = "", folder: Path | None = None) -> None:
        self.app, self.base = app, f"/{base.strip('/')}" if base.strip("/") else ""
        # Looked up by name, so no path that somebody makes up ever reaches the disk.
        self._files = dict(_files((folder or static_folder()).resolve()))
        self._made: dict[tuple[Path, str], asyncio.Task[bytes]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        encoding = ""
        if scope["type"] == "http" and scope["method"] == "GET":
            asked = Headers(scope=scope)
            encoding = "" if "range" in asked else accepted(asked.get("accept-encoding", ""))
        found = self.file(scope["path"]) if encoding else None
        if found is None:
            await self.app(scope, receive, send)
            return
        start = await self._start(scope, receive, encoding)
        if start["status"] != 200:
            await send(start)
            await send({"type": "http.response.body", "body": b""})
            return
        body = await self._body(found, encoding)
        _mark(start, encoding, len(body))
        await send(start)
        await send({"type": "http.response.body", "body": body})

    def file(self, path: str) -> Path | None:
        """The file of the front end behind a path, if it is one that gets smaller."""
        inside = path.removeprefix(self.base + "/") or "index.html"
        return self._files.get(inside)

    async def _start(self, scope: Scope, receive: Receive, encoding: str) -> Message:
        """How Streamlit's own answer begins."""
        said: list[Message] = []

        async def hear(message: Message) -> None:
            if message["type"] == "http.response.start":
                said.append(message)

        ours = f'-{encoding}"'.encode("ascii")
        headers = [
            (name, value.replace(ours, b'"') if name == b"if-none-match" else value)
            for name, value in scope["headers"]
        ]
        await self.app({**scope, "method": "HEAD", "headers": headers}, receive, hear)
        return said[0]

    async def _body(self, path: Path, encoding: str) -> bytes:
        """A file compressed; whoever asks while it is being made waits for the same work."""
        key = (path, encoding)
        if key not in self._made:
            work = asyncio.to_thread(lambda: _MAKE[encoding](path.read_bytes()))
            self._made[key] = asyncio.ensure_future(work)
        try:
            # A browser that goes away must not take the work away from the others.
            return await asyncio.shield(self._made[key])
        except OSError:
            self._made.pop(key, None)
            raise


def _mark(start: Message, encoding: str, size: int) -> None:
    """What an answer says of its body, once that is a compressed one."""
    headers = MutableHeaders(scope=start)
    headers["content-encoding"], headers["content-length"] = encoding, str(size)
    headers.add_vary_header("Accept-Encoding")
    del headers["accept-ranges"]
    if (tag := headers.get("etag", "")).endswith('"'):
        headers["etag"] = f'{tag[:-1]}-{encoding}"'
