"""Where learners find a room: its link and its QR code."""

from __future__ import annotations

import io
import socket
from urllib.parse import urlsplit, urlunsplit

import segno

_OWN = ("localhost", "127.0.0.1", "::1", "0.0.0.0")


def link(url: str, page: str, code: str, network: str = "") -> str:
    """The address that a learner opens.

    Parameters
    ----------
    url : of the page that the teacher sees
    page : its name, which ends the path
    network : this computer's address in its network; takes the place of one that only it knows
    """
    at = urlsplit(url)
    path = at.path.rstrip("/").removesuffix(f"/{page}") + "/"
    host = at.netloc
    if only_here(url) and network:
        host = network + (f":{at.port}" if at.port else "")
    return urlunsplit((at.scheme or "http", host, path, f"room={code}", ""))


def only_here(url: str) -> bool:
    """Whether an address means the computer that asks, so that no other finds it."""
    return (urlsplit(url).hostname or "localhost") in _OWN


def network_address() -> str:
    """This computer's address in its network, or nothing; no packet is sent for it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        try:
            asks.connect(("192.0.2.1", 9))  # an address of no computer: RFC 5737
        except OSError:
            return ""
        return asks.getsockname()[0]


def qr(text: str) -> str:
    """A QR code as SVG, dark on white in both themes, with the margin that cameras want."""
    drawn = io.BytesIO()
    segno.make_qr(text, error="m").save(
        drawn, kind="svg", border=3, dark="#000000", light="#FFFFFF", xmldecl=False, omitsize=True
    )
    return drawn.getvalue().decode()
