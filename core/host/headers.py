"""The headers of every answer: what a browser may do with it. Streamlit sends none of its own."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

#: Scripts that stand in the page itself, not in a file of their own.
_INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL | re.IGNORECASE)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
#: Who may show the app in a frame: "self", "none" or an origin, with a star for any subdomain.
_ANCESTOR = re.compile(r"self|none|https?://(\*\.)?[A-Za-z0-9.-]+(:\d{1,5})?|\*")
#: Parts of a page, which no browser shows as a page of their own; a picture in SVG is one that it
#: does. A first visit loads a hundred of them: all headers with each were 70 kB.
_PARTS = ("font/", "text/css", "text/javascript", "application/javascript", "image/png")
_WITH_PARTS = ("x-content-type-options", "referrer-policy")
#: Nothing of this a page of ours ever asks for. Copying is not among it: that it does.
_NEVER_ASKED = (
    "accelerometer", "camera", "display-capture", "geolocation", "gyroscope", "magnetometer",
    "microphone", "midi", "payment", "publickey-credentials-get", "usb",
)  # fmt: skip


def static_folder() -> Path:
    """Where the installed Streamlit keeps its front end; found without importing it."""
    spec = find_spec("streamlit")
    if spec is None or not spec.submodule_search_locations:  # pragma: no cover
        raise RuntimeError("Streamlit is not installed")
    return Path(spec.submodule_search_locations[0]) / "static"


def hashes(page: str) -> Iterator[str]:
    """The words by which a policy lets exactly these scripts of a page run."""
    for body in _INLINE.findall(_COMMENT.sub("", page)):
        digest = b64encode(hashlib.sha256(body.encode("utf-8")).digest()).decode("ascii")
        yield f"'sha256-{digest}'"


def ancestors(names: Sequence[str]) -> str:
    """``frame-ancestors`` as a policy spells it.

    Raises
    ------
    ValueError
        If a name is neither self, none nor an origin; the message names it.
    """
    bare = [name.strip().strip("'") for name in names]
    for name in bare:
        if not _ANCESTOR.fullmatch(name):
            raise ValueError(
                f"frame_ancestors names {name!r}: write self, none or an origin "
                "such as https://*.streamlit.app"
            )
    if "none" in bare and len(bare) > 1:
        raise ValueError("frame_ancestors says none and names somebody")
    return " ".join(f"'{name}'" if name in {"self", "none"} else name for name in bare) or "'none'"


def policy(page: str, frames: Sequence[str]) -> str:
    """The Content-Security-Policy for a front end.

    Parameters
    ----------
    page : its index.html, whose inline scripts may run; no other, and nothing from text
    frames : who may show it in a frame

    ``blob:`` is how Streamlit loads the components' JavaScript; ``wasm-unsafe-eval`` lets its
    protocol count in 64 bits by WebAssembly, and no text become a script. Styles are written into
    the page by the front end all the time, so they cannot be named one by one.
    """
    return "; ".join(
        [
            "default-src 'self'",
            " ".join(["script-src 'self' blob: 'wasm-unsafe-eval'", *hashes(page)]),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data: blob:",
            "font-src 'self' data:",
            "connect-src 'self' data: blob:",
            "worker-src 'self' blob:",
            "frame-src 'self' blob: data:",
            "object-src 'none'",
            "base-uri 'self'",
            "form-action 'self'",
            f"frame-ancestors {ancestors(frames)}",
        ]
    )


@lru_cache(maxsize=4)
def security_headers(frames: tuple[str, ...]) -> dict[str, str]:
    """All headers that go with every answer."""
    page = (static_folder() / "index.html").read_text(encoding="utf-8")
    found = {
        "content-security-policy": policy(page, frames),
        "x-content-type-options": "nosniff",
        # The prompt stands in the address: no other site gets to see it.
        "referrer-policy": "same-origin",
        "permissions-policy": ", ".join(f"{name}=()" for name in _NEVER_ASKED),
        "cross-origin-opener-policy": "same-origin",
    }
    old = {"'self'": "SAMEORIGIN", "'none'": "DENY"}.get(ancestors(frames))
    return found | ({"x-frame-options": old} if old else {})


class SecurityHeaders:
    """Middleware: puts the headers on every answer that can be a page, those that count for parts
    on parts, and takes a server's name off.

    uvicorn adds its own name after all middleware; only ``--no-server-header`` keeps that away.
    """

    def __init__(self, app: ASGIApp, frames: tuple[str, ...] = ("self",)) -> None:
        self.app, self.headers = app, security_headers(frames)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                del headers["server"]
                part = headers.get("content-type", "").startswith(_PARTS)
                for name, value in self.headers.items():
                    if not part or name in _WITH_PARTS:
                        headers.setdefault(name, value)
                if scope.get("scheme") == "https":
                    message["headers"] = [*map(_secured, message["headers"])]
            await send(message)

        await self.app(scope, receive, told if scope["type"] == "http" else send)


def _secured(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A cookie that goes over TLS only; Streamlit does not know of the proxy's TLS."""
    name, value = header
    plain = name.lower() == b"set-cookie" and b"; secure" not in value.lower()
    return (name, value + b"; Secure") if plain else header
