"""A small server that answers as the Hugging Face Hub does, with faults on demand.

It serves folders as model repositories: what ``/api/models/<id>`` says of their files, and the
files under ``/<id>/resolve/<revision>/<name>`` with the headers that huggingface_hub needs.
"""

from __future__ import annotations

import hashlib
import json
import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class FakeHub:
    """What the server offers, how it misbehaves, and what it was asked.

    Attributes
    ----------
    models : repository id -> folder
    closed : ids that exist but are gated
    break_after : bytes of a weights file after which the connection is reset
    breaks_left : how many times that happens
    silent : accept every request and say nothing
    stall_after : bytes of a weights file after which nothing more comes
    status : answer every request with this status
    bytes_per_second : speed of weights files
    requests : method and path of each request, in order
    sent : bytes of weights that went out
    """

    models: dict[str, Path] = field(default_factory=dict)
    closed: set[str] = field(default_factory=set)
    break_after: int | None = None
    breaks_left: int = 0
    silent: bool = False
    stall_after: int | None = None
    status: int | None = None
    bytes_per_second: int | None = None
    requests: list[str] = field(default_factory=list)
    sent: int = 0
    url: str = ""
    stopping: threading.Event = field(default_factory=threading.Event)

    def ranges(self) -> list[str]:
        """The requests that asked for the rest of a file."""
        return [line for line in self.requests if "bytes=" in line]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    hub: FakeHub

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, *, body: bool) -> None:
        hub = self.hub
        wanted = self.headers.get("Range") or ""
        hub.requests.append(f"{self.command} {self.path} {wanted}".strip())
        if hub.silent:
            hub.stopping.wait()
            return None
        if hub.status is not None:
            return self._say(hub.status, b"out of order")
        path = unquote(urlsplit(self.path).path).strip("/")
        if path.startswith("api/models/"):
            repo_id = path.removeprefix("api/models/").split("/revision/")[0]
            return self._listing(repo_id)
        repo_id, _, rest = path.partition("/resolve/")
        return self._file(repo_id, rest.partition("/")[2], wanted, body=body)

    def _say(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _known(self, repo_id: str) -> Path | None:
        if repo_id in self.hub.closed:
            self._say(403, b"gated", X_Error_Code="GatedRepo")
            return None
        if repo_id not in self.hub.models:
            # The Hub does not tell strangers whether a repository is missing or private.
            self._say(401, b"Repository not found", X_Error_Code="RepoNotFound")
            return None
        return self.hub.models[repo_id]

    def _listing(self, repo_id: str) -> None:
        folder = self._known(repo_id)
        if folder is None:
            return
        files = [
            {"rfilename": p.name, "size": p.stat().st_size, "blobId": _etag(p)}
            for p in sorted(folder.iterdir())
        ]
        listing = {"_id": "1", "id": repo_id, "modelId": repo_id, "sha": COMMIT, "siblings": files}
        content = json.dumps(listing).encode()
        self._say(200, content, Content_Type="application/json")

    def _file(self, repo_id: str, name: str, wanted: str, *, body: bool) -> None:
        folder = self._known(repo_id)
        if folder is None:
            return
        path = folder / name
        if not name or not path.is_file():
            self._say(404, b"", X_Error_Code="EntryNotFound", X_Repo_Commit=COMMIT)
            return
        content = path.read_bytes()
        start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
        self.send_response(206 if start else 200)
        self.send_header("ETag", f'"{_etag(path)}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            last = len(content) - 1
            self.send_header("Content-Range", f"bytes {start}-{last}/{len(content)}")
        self.end_headers()
        if body:
            self._send(content[start:], weights=name.endswith(".safetensors"), offset=start)

    def _send(self, content: bytes, *, weights: bool, offset: int) -> None:
        hub = self.hub
        if not weights:
            self.wfile.write(content)
            return
        step = 64 * 1024
        for i in range(0, len(content), step):
            here = offset + i
            if hub.break_after is not None and here >= hub.break_after and hub.breaks_left > 0:
                hub.breaks_left -= 1
                self._reset()
                return
            if hub.stall_after is not None and here >= hub.stall_after:
                hub.stopping.wait()
                return
            piece = content[i : i + step]
            self.wfile.write(piece)
            hub.sent += len(piece)
            if hub.bytes_per_second and hub.stopping.wait(len(piece) / hub.bytes_per_second):
                return

    def _reset(self) -> None:
        """End the connection the hard way: RST, not FIN."""
        self.wfile.flush()
        time.sleep(0.2)  # let what was sent arrive: a reset throws away what is under way
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.close_connection = True
        with suppress(OSError):
            self.connection.close()


def _etag(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        pass  # clients that leave are part of the tests


@contextmanager
def serve(**models: Path) -> Iterator[FakeHub]:
    """A Hub on the loopback address; names are given with ``__`` for the slash."""
    hub = FakeHub({name.replace("__", "/"): folder for name, folder in models.items()})
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = _Server(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.stopping.set()
        server.shutdown()
        server.server_close()
